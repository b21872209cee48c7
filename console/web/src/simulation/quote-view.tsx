import { Skeleton, Table, Tag, type TableProps } from 'antd';
import { lazy, Suspense, useMemo, type ReactNode } from 'react';
import { percentText } from '../components/decimal-text.ts';
import { yuan } from '../components/format.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { planChart } from './plan-chart.ts';
import type { Quote } from './simulation-api.ts';

const Chart = lazy(() => import('../charts/chart.tsx'));

type Row = Quote['rows'][number];

/** `"0.072000"` → `7.2000%`: four decimals, as rates are disclosed. */
const rate = (text: string): string => {
  const [whole = '0', decimals = ''] = percentText(text).split('.');
  return `${whole}.${decimals.padEnd(4, '0')}%`;
};

/** A quote: what is paid, what it costs a year, and the plan. */
export function QuoteView({ quote }: { quote: Quote }) {
  const i18n = useI18n();
  const { t, code } = i18n;
  const { rows, totals } = quote;
  const option = useMemo(() => planChart({ rows }, i18n), [rows, i18n]);
  return (
    <div className="quote" data-testid="quote">
      <div className="figures">
        <Instalment rows={rows} />
        <Figure
          label={t('simulation.totalInterest')}
          value={yuan(totals.interestFen)}
          note={
            totals.feeFen + totals.upfrontFeeFen > 0
              ? t('simulation.withFees', { fees: yuan(totals.feeFen + totals.upfrontFeeFen) })
              : undefined
          }
        />
        <Figure label={t('simulation.totalPaid')} value={yuan(totals.totalFen + totals.upfrontFeeFen)} />
        <Figure
          label={t('simulation.rateSimple')}
          value={rate(quote.annualRateSimple)}
          strong
          note={t('simulation.rateSimpleNote')}
          testId="rate-simple"
        />
        <Figure
          label={t('simulation.rateEffective')}
          value={rate(quote.annualRateEffective)}
          strong
          note={t('simulation.rateEffectiveNote')}
          testId="rate-effective"
        />
      </div>
      <p className="muted disclosure">
        {t('simulation.disclosure')}
        {quote.priceVersion !== null && <Tag>{t('simulation.priceVersion', { version: quote.priceVersion })}</Tag>}
        {quote.subsidy !== null && (
          <Tag color="blue">
            {t('simulation.subsidy', {
              payer: code('payer', quote.subsidy.payer),
              amount: yuan(quote.subsidy.totalFen),
              convention: code('convention', quote.subsidy.convention),
            })}
          </Tag>
        )}
      </p>
      <div className="plan-chart">
        <Suspense fallback={<Skeleton active />}>
          <Chart option={option} label={t('simulation.chart')} />
        </Suspense>
      </div>
      <PlanTable quote={quote} />
    </div>
  );
}

function Figure({
  label,
  value,
  note,
  strong = false,
  testId,
}: {
  label: string;
  value: ReactNode;
  note?: string;
  strong?: boolean;
  testId?: string;
}) {
  return (
    <div className={strong ? 'plan-figure plan-figure-strong' : 'plan-figure'} data-testid={testId}>
      <span>{label}</span>
      <strong>{value}</strong>
      {note !== undefined && <em>{note}</em>}
    </div>
  );
}

/** Every instalment where they are alike but for the last; else the first and the last. */
function Instalment({ rows }: { rows: readonly Row[] }) {
  const { t } = useI18n();
  const paid = rows.filter(({ n }) => n > 0);
  const [first, last] = [paid[0], paid.at(-1)];
  if (first === undefined || last === undefined) return null;
  const alike = paid.slice(0, -1).every(({ totalFen }) => totalFen === first.totalFen);
  return (
    <Figure
      label={t(alike ? 'simulation.instalment' : 'simulation.firstInstalment')}
      value={yuan(first.totalFen)}
      note={t('simulation.lastInstalment', { amount: yuan(last.totalFen) })}
      strong
      testId="instalment"
    />
  );
}

function PlanTable({ quote: { rows, totals } }: { quote: Quote }) {
  const { t } = useI18n();
  const money = (title: string, dataIndex: keyof Row): NonNullable<TableProps<Row>['columns']>[number] => ({
    title,
    dataIndex,
    align: 'right',
    width: 120,
    render: (fen: number) => yuan(fen),
  });
  const withFees = totals.feeFen > 0;
  const sums = [totals.principalFen, totals.interestFen, ...(withFees ? [totals.feeFen] : []), totals.totalFen];
  return (
    <Table<Row>
      size="small"
      rowKey="n"
      data-testid="plan"
      pagination={false}
      virtual={rows.length > 120}
      scroll={{ x: 700, y: 330 }}
      dataSource={rows}
      columns={[
        {
          title: t('simulation.no'),
          dataIndex: 'n',
          width: 60,
          render: (n: number) => (n === 0 ? t('simulation.down') : n),
        },
        { title: t('simulation.dueOn'), dataIndex: 'dueOn', width: 110 },
        money(t('simulation.principalPart'), 'principalFen'),
        money(t('simulation.interestPart'), 'interestFen'),
        ...(withFees ? [money(t('simulation.feePart'), 'feeFen')] : []),
        money(t('simulation.total'), 'totalFen'),
        money(t('simulation.balance'), 'balanceFen'),
      ]}
      summary={() => (
        <Table.Summary fixed>
          <Table.Summary.Row className="row-total">
            <Table.Summary.Cell index={0} colSpan={2}>
              {t('simulation.sum')}
            </Table.Summary.Cell>
            {sums.map((fen, index) => (
              <Table.Summary.Cell key={index} index={2 + index} align="right">
                {yuan(fen)}
              </Table.Summary.Cell>
            ))}
            <Table.Summary.Cell index={2 + sums.length} />
          </Table.Summary.Row>
        </Table.Summary>
      )}
    />
  );
}
