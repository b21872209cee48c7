import { Table, Tag, type TableProps } from 'antd';
import { yuan } from '../components/format.ts';
import { EmptyState } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { Explained, useExplanation } from './explained.tsx';
import type { Step } from './simulation-api.ts';

type Line = Step['schedule'][number];
type Columns<Row> = NonNullable<TableProps<Row>['columns']>;

const HEIGHT = 420;
const PARTS = ['principalFen', 'interestFen', 'feeFen', 'penaltyFen'] as const;
const PART_TITLES = {
  principalFen: 'simulation.principalPart',
  interestFen: 'simulation.interestPart',
  feeFen: 'simulation.feePart',
  penaltyFen: 'simulation.penaltyPart',
} as const;

/** The schedule as it stands: what is due, what was paid, what is open. Every part tells its formula. */
export function Schedule({ step: { schedule, businessDate } }: { step: Step }) {
  const { t } = useI18n();
  const level = useExplanation('/schedule');
  const parts = PARTS.filter(
    (field) => field === 'principalFen' || field === 'interestFen' || schedule.some((line) => line[field] > 0),
  );
  const money = (title: string, field: keyof Line, width = 84): Columns<Line>[number] => ({
    title,
    dataIndex: field,
    align: 'right',
    width,
    render: (fen: number) => yuan(fen),
  });
  const columns: Columns<Line> = [
    {
      title: t('simulation.no'),
      dataIndex: 'n',
      width: 46,
      fixed: 'left',
      render: (n: number) => (n === 0 ? t('simulation.down') : n),
    },
    { title: t('simulation.dueOn'), dataIndex: 'dueOn', width: 98, fixed: 'left' },
    ...parts.map((field): Columns<Line>[number] => ({
      title: t(PART_TITLES[field]),
      dataIndex: field,
      align: 'right',
      width: 92,
      render: (fen: number, _, index) => <Explained figure={`/schedule/${index}/${field}`}>{yuan(fen)}</Explained>,
    })),
    money(t('simulation.total'), 'totalFen'),
    money(t('simulation.paid'), 'paidFen'),
    money(t('simulation.outstanding'), 'outstandingFen'),
    money(t('simulation.balance'), 'balanceFen', 92),
    {
      title: t('simulation.lineState'),
      key: 'state',
      width: 90,
      render: (_, line) => <LineState line={line} on={businessDate} />,
    },
  ];
  return (
    <>
      {level !== undefined && <p className="muted formula">{level}</p>}
      <p className="muted formula">{t('simulation.explainHint')}</p>
      <Table<Line>
        size="small"
        rowKey={(line) => `${line.n} ${line.dueOn}`}
        pagination={false}
        virtual={schedule.length > 120}
        scroll={{ x: 578 + parts.length * 92, y: HEIGHT }}
        dataSource={[...schedule]}
        columns={columns}
        rowClassName={(line) => (isOverdue(line, businessDate) ? 'row-off' : '')}
      />
    </>
  );
}

const isOverdue = (line: Line, on: string): boolean => line.outstandingFen > 0 && line.dueOn < on;

function LineState({ line, on }: { line: Line; on: string }) {
  const { t } = useI18n();
  if (line.writtenOffFen > 0) return <Tag color="magenta">{t('simulation.writtenOff')}</Tag>;
  if (line.completedOn !== null)
    return <Tag color="green">{t('simulation.settled', { day: line.completedOn.slice(5) })}</Tag>;
  if (isOverdue(line, on)) return <Tag color="red">{t('simulation.overdue')}</Tag>;
  return line.paidFen > 0 ? <Tag color="blue">{t('simulation.partly')}</Tag> : null;
}

/** What the step moved, each movement with where it went. */
export function Transactions({ step: { transactions } }: { step: Step }) {
  const { t, code } = useI18n();
  type Row = Step['transactions'][number];
  const money = (title: string, of: (row: Row) => number): Columns<Row>[number] => ({
    title,
    key: title,
    align: 'right',
    width: 90,
    render: (_, row) => yuan(of(row)),
  });
  return (
    <Table<Row>
      size="small"
      rowKey="id"
      pagination={false}
      scroll={{ x: 752, y: HEIGHT }}
      dataSource={[...transactions]}
      locale={{ emptyText: <EmptyState compact title={t('simulation.noMovements')} /> }}
      expandable={{
        showExpandColumn: false,
        expandedRowKeys: transactions.map(({ id }) => id),
        expandedRowRender: (_, index) => <Why figure={`/transactions/${index}/amountFen`} />,
      }}
      columns={[
        { title: t('simulation.on'), dataIndex: 'on', width: 96 },
        {
          title: t('simulation.movement'),
          dataIndex: 'kind',
          width: 116,
          render: (kind: string, { reversed }) => (
            <>
              {code('transaction', kind)} {reversed && <Tag color="red">{t('simulation.reversed')}</Tag>}
            </>
          ),
        },
        money(t('simulation.amount'), ({ amountFen }) => amountFen),
        money(t('simulation.principalPart'), ({ amounts }) => amounts.principalFen),
        money(t('simulation.interestPart'), ({ amounts }) => amounts.interestFen),
        money(t('simulation.feePart'), ({ amounts }) => amounts.feeFen),
        money(t('simulation.penaltyPart'), ({ amounts }) => amounts.penaltyFen),
        money(t('simulation.balance'), ({ balanceFen }) => balanceFen),
      ]}
    />
  );
}

/** What the step posted: each entry by account, debits and credits, and in words. */
export function Entries({ step: { journal } }: { step: Step }) {
  const { t, language } = useI18n();
  const rows = journal.flatMap((entry, index) =>
    entry.lines.map((line, at) => ({ ...line, entry, index, at, of: entry.lines.length })),
  );
  type Row = (typeof rows)[number];
  const spanning = (row: Row) => ({ rowSpan: row.at === 0 ? row.of : 0 });
  const side = (title: string, of: 'D' | 'C'): Columns<Row>[number] => ({
    title,
    key: of,
    align: 'right',
    width: 92,
    render: (_, row) => (row.side === of ? yuan(row.amountFen) : ''),
  });
  return (
    <Table<Row>
      size="small"
      rowKey={({ entry, at }) => `${entry.entryNo} ${at}`}
      pagination={false}
      scroll={{ x: 760, y: HEIGHT }}
      dataSource={rows}
      locale={{ emptyText: <EmptyState compact title={t('simulation.noEntries')} /> }}
      columns={[
        {
          title: t('simulation.entryNo'),
          key: 'no',
          width: 60,
          render: (_, { entry }) => entry.entryNo,
          onCell: spanning,
        },
        { title: t('simulation.on'), key: 'on', width: 96, render: (_, { entry }) => entry.postedOn, onCell: spanning },
        {
          title: t('simulation.account'),
          key: 'account',
          width: 178,
          render: (_, { code: number, name }) => (
            <>
              <span className="code muted">{number}</span> {language === 'en' ? name.en : name.zh}
            </>
          ),
        },
        side(t('simulation.debit'), 'D'),
        side(t('simulation.credit'), 'C'),
        {
          title: t('simulation.why'),
          key: 'why',
          render: (_, { index }) => <Why figure={`/journal/${index}`} />,
          onCell: spanning,
        },
      ]}
    />
  );
}

function Why({ figure }: { figure: string }) {
  return <span className="muted">{useExplanation(figure)}</span>;
}
