import { ReloadOutlined } from '@ant-design/icons';
import { Alert, Button, Switch, Table, Tag, type TableProps } from 'antd';
import { useMemo, useState } from 'react';
import { api, dataOf } from '../api/client.ts';
import type { Schema } from '../api/schemas.ts';
import { useLoad } from '../api/use-load.ts';
import { instant, integer, yuan } from '../components/format.ts';
import { Page } from '../components/page.tsx';
import { EmptyState, Load } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import type { MessageKey } from '../i18n/messages.zh.ts';

type Row = Schema<'LedgerLine'>;

const QUANTITIES = ['accepted', 'landed', 'deadLettered', 'inFlight'] as const;
type Quantity = (typeof QUANTITIES)[number];
const fenOf = (quantity: Quantity) => `${quantity}Fen` as const;

const difference = (row: Row): number => row.accepted - row.landed - row.deadLettered - row.inFlight;
const sum = (rows: readonly Row[], key: Quantity | ReturnType<typeof fenOf>): number =>
  rows.reduce((total, row) => total + Number(row[key]), 0);

/** The books: what was accepted against what became of it, per source, topic and day. */
export default function ReconcilePage() {
  const { t } = useI18n();
  const [onlyOff, setOnlyOff] = useState(false);
  const loaded = useLoad('reconcile', (signal) => dataOf(api.GET('/api/reconcile', { signal })));
  return (
    <Page
      title={t('reconcile.title')}
      intro={`${t('reconcile.intro')}${t('reconcile.unit')}`}
      actions={
        <>
          <label className="switch">
            <Switch size="small" checked={onlyOff} onChange={setOnlyOff} /> {t('reconcile.onlyOff')}
          </label>
          <Button icon={<ReloadOutlined />} onClick={loaded.reload} loading={loaded.loading}>
            {t('dashboard.refresh')}
          </Button>
        </>
      }
    >
      <Load of={loaded}>
        {(books) =>
          books.rows.length === 0 ? (
            <EmptyState title={t('reconcile.empty')} hint={t('reconcile.emptyHint')} />
          ) : (
            <>
              <Verdict books={books} />
              <Books rows={onlyOff ? books.rows.filter((row) => !row.balanced) : books.rows} />
            </>
          )
        }
      </Load>
    </Page>
  );
}

function Verdict({ books }: { books: Schema<'Reconciliation'> }) {
  const { t } = useI18n();
  const off = books.rows.filter((row) => !row.balanced).length;
  const detail = books.balanced
    ? t('reconcile.balancedHint', { count: books.rows.length })
    : t('reconcile.unbalancedHint', { count: off });
  return (
    <Alert
      type={books.balanced ? 'success' : 'error'}
      showIcon
      data-testid="verdict"
      title={
        <>
          <strong>{t(books.balanced ? 'reconcile.balanced' : 'reconcile.unbalanced')}</strong>{' '}
          <span className="muted">
            {detail} · {t('reconcile.at', { time: instant(books.at) })}
          </span>
        </>
      }
    />
  );
}

function Books({ rows }: { rows: readonly Row[] }) {
  const { t, code } = useI18n();
  const sorted = useMemo(
    () => [...rows].sort((a, b) => Number(a.balanced) - Number(b.balanced) || b.day.localeCompare(a.day)),
    [rows],
  );
  const both = (events: number, fen: number) => (
    <>
      {integer(events)}
      <span className="amount">{yuan(fen)}</span>
    </>
  );
  const column = (quantity: Quantity): NonNullable<TableProps<Row>['columns']>[number] => ({
    title: t(`reconcile.${quantity}` as MessageKey),
    key: quantity,
    width: 118,
    align: 'right',
    render: (_, row) => both(row[quantity], row[fenOf(quantity)]),
  });
  const columns: TableProps<Row>['columns'] = [
    { title: t('reconcile.day'), dataIndex: 'day', width: 96, fixed: 'left' },
    {
      title: t('reconcile.stage'),
      dataIndex: 'stage',
      width: 84,
      fixed: 'left',
      render: (stage: string) => code('stage', stage),
    },
    { title: t('reconcile.source'), dataIndex: 'source', width: 140, ellipsis: true, fixed: 'left' },
    { title: t('event.topic'), dataIndex: 'topic', width: 212, ellipsis: true, className: 'code' },
    ...QUANTITIES.map(column),
    {
      title: t('reconcile.state'),
      key: 'state',
      width: 96,
      fixed: 'right',
      render: (_, row) =>
        row.balanced ? (
          <Tag color="green">{t('reconcile.ok')}</Tag>
        ) : (
          <Tag color="red">{t('reconcile.off', { count: integer(difference(row)) })}</Tag>
        ),
    },
  ];
  return (
    <div className="panel">
      <Table<Row>
        size="small"
        rowKey={(row) => `${row.stage} ${row.source} ${row.topic} ${row.day}`}
        columns={columns}
        dataSource={sorted}
        pagination={{ pageSize: 50, hideOnSinglePage: true, showSizeChanger: false }}
        scroll={{ x: 1090 }}
        rowClassName={(row) => (row.balanced ? '' : 'row-off')}
        summary={() => (
          <Table.Summary fixed>
            <Table.Summary.Row className="row-total">
              <Table.Summary.Cell index={0} colSpan={4}>
                {t('reconcile.total')}
              </Table.Summary.Cell>
              {QUANTITIES.map((quantity, index) => (
                <Table.Summary.Cell key={quantity} index={4 + index} align="right">
                  {both(sum(sorted, quantity), sum(sorted, fenOf(quantity)))}
                </Table.Summary.Cell>
              ))}
              <Table.Summary.Cell index={8} />
            </Table.Summary.Row>
          </Table.Summary>
        )}
      />
    </div>
  );
}
