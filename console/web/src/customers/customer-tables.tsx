import { Table, type TableProps } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { instant, percent, yuan } from '../components/format.ts';
import { OutcomeTag } from '../components/outcome-tag.tsx';
import { EmptyState } from '../components/states.tsx';
import { useDictionary } from '../components/use-dictionary.ts';
import { useI18n } from '../i18n/i18n.tsx';
import type { Access, Customer } from './customer-api.ts';

type Row<Name extends 'applications' | 'guarantors' | 'guarantorOf' | 'consents' | 'reports' | 'ratings' | 'loans'> =
  Customer[Name][number];

function Section<Record extends object>({
  name,
  title,
  rows,
  rowKey,
  columns,
  empty,
}: {
  name: string;
  title: string;
  rows: readonly Record[];
  rowKey(row: Record): string;
  columns: TableProps<Record>['columns'];
  empty: string;
}) {
  return (
    <section className="panel" data-testid={name}>
      <h2>
        {title} <small>{rows.length}</small>
      </h2>
      {rows.length === 0 ? (
        <EmptyState compact title={empty} />
      ) : (
        <Table<Record>
          size="small"
          rowKey={rowKey}
          columns={columns}
          dataSource={[...rows]}
          pagination={rows.length > 20 ? { pageSize: 20 } : false}
          scroll={{ x: 'max-content' }}
        />
      )}
    </section>
  );
}

const application = (id: string): ReactNode => (
  <Link className="code" to={`/applications/${id}`}>
    {id}
  </Link>
);
const person = (id: string, text: string): ReactNode => <Link to={`/customers/${id}`}>{text}</Link>;

/** Everything that hangs on a customer, one table each. */
export function CustomerTables({ customer }: { customer: Customer }) {
  const { t, code, language } = useI18n();
  const name = useDictionary();
  const none = t('common.none');
  const list = (codes: readonly string[]): string => codes.map(name).join(language === 'en' ? ', ' : '、') || none;
  const applicationColumns: TableProps<Row<'applications'>>['columns'] = [
    { title: t('application.receivedAt'), dataIndex: 'receivedAt', render: (value: string) => instant(value) },
    { title: t('application.id'), dataIndex: 'applicationId', render: application },
    { title: t('application.orderNo'), dataIndex: 'partnerOrderNo', className: 'code' },
    { title: t('application.partner'), dataIndex: 'partnerId', render: name },
    { title: t('application.product'), dataIndex: 'product', render: name },
    {
      title: t('application.requested'),
      dataIndex: 'requestedAmountFen',
      align: 'right',
      render: (fen: number) => yuan(fen),
    },
    {
      title: t('application.approved'),
      dataIndex: 'approvedAmountFen',
      align: 'right',
      render: (fen: number | null) => (fen === null ? none : yuan(fen)),
    },
    {
      title: t('application.outcome'),
      dataIndex: 'outcome',
      render: (outcome: string) => <OutcomeTag outcome={outcome} />,
    },
    { title: t('application.reason'), dataIndex: 'reasons', render: list },
    {
      title: t('application.decidedBy'),
      dataIndex: 'decidedBy',
      render: (by: string | null, row) => by ?? (row.decidedAt === null ? none : t('application.byRules')),
    },
  ];
  return (
    <>
      <Section
        name="applications"
        title={t('customer.applications')}
        empty={t('customer.noApplications')}
        rows={customer.applications}
        rowKey={(row) => row.applicationId}
        columns={applicationColumns}
      />
      <div className="columns">
        <Section
          name="guarantors"
          title={t('customer.guarantors')}
          empty={t('customer.noGuarantors')}
          rows={customer.guarantors}
          rowKey={(row) => `${row.applicationId} ${row.personId}`}
          columns={[
            {
              title: t('application.name'),
              dataIndex: 'name',
              render: (value: string, row: Row<'guarantors'>) => person(row.personId, value),
            },
            { title: t('application.idNo'), dataIndex: 'idNo', className: 'code' },
            { title: t('application.mobile'), dataIndex: 'mobile', className: 'code' },
            { title: t('application.id'), dataIndex: 'applicationId', render: application },
          ]}
        />
        <Section
          name="guarantor-of"
          title={t('customer.guarantorOf')}
          empty={t('customer.guarantorOfNone')}
          rows={customer.guarantorOf}
          rowKey={(row) => row.applicationId}
          columns={[
            {
              title: t('application.applicant'),
              dataIndex: 'applicant',
              render: (one: Row<'guarantorOf'>['applicant']) =>
                one === null ? t('customer.erased') : person(one.personId, one.name),
            },
            { title: t('application.id'), dataIndex: 'applicationId', render: application },
            {
              title: t('application.requested'),
              dataIndex: 'requestedAmountFen',
              align: 'right',
              render: (fen: number) => yuan(fen),
            },
            {
              title: t('application.outcome'),
              dataIndex: 'outcome',
              render: (outcome: string) => <OutcomeTag outcome={outcome} />,
            },
          ]}
        />
      </div>
      <Section
        name="loans"
        title={t('customer.loans')}
        empty={t('customer.noLoans')}
        rows={customer.loans}
        rowKey={(row) => row.loanId}
        columns={[
          { title: t('customer.loanId'), dataIndex: 'loanId', className: 'code' },
          { title: t('application.product'), dataIndex: 'product', render: name },
          { title: t('customer.disbursedOn'), dataIndex: 'disbursedOn' },
          { title: t('customer.observedOn'), dataIndex: 'observedOn' },
          { title: t('customer.balance'), dataIndex: 'balanceFen', align: 'right', render: (fen: number) => yuan(fen) },
          { title: t('customer.daysPastDue'), dataIndex: 'daysPastDue', align: 'right' },
          {
            title: t('review.state'),
            dataIndex: 'closed',
            render: (closed: boolean) => t(closed ? 'customer.closed' : 'customer.open'),
          },
        ]}
      />
      <div className="columns">
        <Section
          name="reports"
          title={t('customer.reports')}
          empty={t('customer.noReports')}
          rows={customer.reports}
          rowKey={(row) => row.reportRequestId}
          columns={[
            { title: t('customer.answeredAt'), dataIndex: 'answeredAt', render: (value: string) => instant(value) },
            { title: t('customer.bureau'), dataIndex: 'bureau' },
            { title: t('customer.reportKind'), dataIndex: 'kind', render: (kind: string) => code('bureau', kind) },
            {
              title: t('customer.reportOutcome'),
              dataIndex: 'outcome',
              render: (outcome: string, row: Row<'reports'>) =>
                `${code('report', outcome)}${row.reused ? ` · ${t('customer.reused')}` : ''}`,
            },
            {
              title: t('application.score'),
              dataIndex: 'score',
              align: 'right',
              render: (score: number | null) => score ?? none,
            },
            {
              title: t('customer.daysPastDue'),
              dataIndex: 'currentDaysPastDue',
              align: 'right',
              render: (days: number | null) => days ?? none,
            },
            {
              title: t('customer.listing'),
              dataIndex: 'listing',
              render: (level: string | null) => (level === null ? none : code('listing', level)),
            },
          ]}
        />
        <Section
          name="ratings"
          title={t('customer.ratings')}
          empty={t('customer.noRatings')}
          rows={customer.ratings}
          rowKey={(row) => row.applicationId + row.at}
          columns={[
            { title: t('customer.ratedAt'), dataIndex: 'at', render: (value: string) => instant(value) },
            { title: t('review.grade'), dataIndex: 'grade' },
            { title: t('customer.points'), dataIndex: 'points', align: 'right' },
            {
              title: t('review.probability'),
              dataIndex: 'probabilityOfDefault',
              align: 'right',
              render: (value: string) => percent(Number(value), 2),
            },
            { title: t('customer.scorecard'), dataIndex: 'scorecard', className: 'code' },
          ]}
        />
      </div>
      <Section
        name="consents"
        title={t('customer.consents')}
        empty={t('customer.noConsents')}
        rows={customer.consents}
        rowKey={(row) => `${row.applicationId} ${row.purpose} ${row.at}`}
        columns={[
          { title: t('customer.consentAt'), dataIndex: 'at', render: (value: string) => instant(value) },
          { title: t('customer.purpose'), dataIndex: 'purpose', render: (purpose: string) => code('purpose', purpose) },
          { title: t('customer.consentVersion'), dataIndex: 'version' },
          { title: t('application.id'), dataIndex: 'applicationId', render: application },
        ]}
      />
    </>
  );
}

/** Who looked at the customer, or did anything with it. */
export function Accesses({ accesses }: { accesses: readonly Access[] }) {
  const { t, code } = useI18n();
  return (
    <Section
      name="accesses"
      title={t('customer.accesses')}
      empty={t('state.empty')}
      rows={accesses.map((access, n) => ({ ...access, n }))}
      rowKey={(row) => String(row.n)}
      columns={[
        { title: t('event.time'), dataIndex: 'at', width: 160, render: (value: string) => instant(value) },
        { title: t('customer.actor'), dataIndex: 'actor', className: 'code' },
        { title: t('customer.action'), dataIndex: 'action', render: (action: string) => code('audit', action) },
        {
          title: t('deadLetters.detail'),
          dataIndex: 'detail',
          className: 'code',
          render: (detail: unknown) => (detail === null ? t('common.none') : JSON.stringify(detail)),
        },
      ]}
    />
  );
}
