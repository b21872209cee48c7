import { ArrowLeftOutlined } from '@ant-design/icons';
import { Button, Descriptions, Table } from 'antd';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { api, dataOf } from '../api/client.ts';
import { ApiError } from '../api/problem.ts';
import { useLoad } from '../api/use-load.ts';
import { instant, percent, yuan } from '../components/format.ts';
import { OutcomeTag } from '../components/outcome-tag.tsx';
import { Page } from '../components/page.tsx';
import { EmptyState, Load } from '../components/states.tsx';
import { useDictionary } from '../components/use-dictionary.ts';
import type { Schema } from '../api/schemas.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession } from '../session/session.tsx';
import { RawEvents } from './raw-events.tsx';
import { RuleTrace } from './rule-trace.tsx';

type Application = Schema<'ApplicationDetail'>;

/** One application: what was asked, what was decided and why, and the events it all comes from. */
export default function ApplicationPage() {
  const { t } = useI18n();
  const { id = '' } = useParams();
  const navigate = useNavigate();
  const loaded = useLoad(id, async (signal) =>
    dataOf(api.GET('/api/applications/{id}', { params: { path: { id } }, signal })),
  );
  const missing = loaded.error instanceof ApiError && loaded.error.status === 404;
  return (
    <Page
      title={t('application.title')}
      intro={<span className="code">{id}</span>}
      actions={
        <Button
          icon={<ArrowLeftOutlined />}
          onClick={() => void (window.history.state?.idx > 0 ? navigate(-1) : navigate('/applications'))}
        >
          {t('common.back')}
        </Button>
      }
    >
      {missing ? (
        <EmptyState title={t('application.notFound')} hint={t('application.notFoundHint')} />
      ) : (
        <Load of={loaded}>{(application) => <Detail application={application} />}</Load>
      )}
    </Page>
  );
}

function Detail({ application }: { application: Application }) {
  const { t } = useI18n();
  const { can } = useSession();
  const name = useDictionary();
  const { applicant, vehicle, decision } = application;
  const money = (fen: number): string => `${yuan(fen)} ${t('common.yuan')}`;
  const item = (label: string, children: React.ReactNode) => ({ key: label, label, children });
  return (
    <>
      <div className="columns">
        <section className="panel">
          <h2>{t('application.overview')}</h2>
          <Descriptions
            size="small"
            column={2}
            items={[
              item(t('application.outcome'), <OutcomeTag outcome={application.status} />),
              item(t('application.partner'), name(application.partnerId)),
              item(t('application.orderNo'), <span className="code">{application.partnerOrderNo}</span>),
              item(t('application.product'), name(application.product)),
              item(t('application.requested'), money(application.requestedAmountFen)),
              item(t('application.term'), t('application.months', { count: application.termMonths })),
              item(t('application.region'), `${name(application.region.slice(0, 2))} ${application.region}`),
              item(t('application.businessDate'), application.businessDate),
              item(t('application.receivedAt'), instant(application.receivedAt)),
            ]}
          />
        </section>
        <section className="panel">
          <h2>{t('application.decision')}</h2>
          {decision === null ? (
            <EmptyState compact title={t('application.undecided')} />
          ) : (
            <Descriptions
              size="small"
              column={2}
              items={[
                item(t('application.outcome'), <OutcomeTag outcome={decision.outcome} />),
                item(
                  t('application.approved'),
                  decision.outcome === 'APPROVED' ? money(decision.amountFen) : t('common.none'),
                ),
                item(
                  t('application.rate'),
                  decision.annualRate === null ? t('common.none') : percent(Number(decision.annualRate), 2),
                ),
                item(t('application.score'), decision.bureauScore ?? t('application.noScore')),
                item(t('application.policy'), decision.policyVersion),
                item(t('application.decidedAt'), instant(decision.decidedAt)),
                item(t('application.decidedBy'), decision.decidedBy ?? t('application.byRules')),
                ...(decision.comment === null ? [] : [item(t('application.comment'), decision.comment)]),
              ]}
            />
          )}
        </section>
        <section className="panel">
          <h2>{t('application.applicant')}</h2>
          <Descriptions
            size="small"
            column={2}
            items={[
              item(
                t('application.name'),
                can('customers.read') ? (
                  <Link to={`/customers/${applicant.personId}`}>{applicant.name}</Link>
                ) : (
                  applicant.name
                ),
              ),
              item(t('application.idNo'), <span className="code">{applicant.idNo}</span>),
              item(t('application.mobile'), <span className="code">{applicant.mobile}</span>),
              item(t('application.birthDate'), applicant.birthDate),
              item(t('application.income'), money(applicant.monthlyIncomeFen)),
              item(t('application.debt'), money(applicant.monthlyDebtFen)),
            ]}
          />
        </section>
        <section className="panel">
          <h2>{t('application.vehicle')}</h2>
          <Descriptions
            size="small"
            column={2}
            items={[
              item(t('application.vin'), <span className="code">{vehicle.vin}</span>),
              item(t('application.price'), money(vehicle.priceFen)),
              item(t('application.kind'), [vehicle.kind, vehicle.use, vehicle.energy].map(name).join(' · ')),
            ]}
          />
        </section>
      </div>
      {decision !== null && (
        <>
          <section className="panel">
            <h2>{t('application.reasons')}</h2>
            {decision.reasons.length === 0 ? (
              <EmptyState compact title={t('application.noReasons')} />
            ) : (
              <Table
                size="small"
                pagination={false}
                rowKey={(reason) => `${reason.code} ${reason.detail}`}
                dataSource={decision.reasons}
                columns={[
                  {
                    title: t('application.reason'),
                    dataIndex: 'code',
                    width: 220,
                    render: (code: string) => name(code),
                  },
                  { title: t('status.detail'), dataIndex: 'detail' },
                ]}
              />
            )}
          </section>
          <section className="panel" data-testid="trace">
            <h2>{t('application.trace')}</h2>
            <RuleTrace trace={decision.trace} name={name} />
          </section>
        </>
      )}
      <section className="panel" data-testid="events">
        <h2>
          {t('application.events')} <small>{t('application.eventsHint')}</small>
        </h2>
        <RawEvents events={application.events} />
      </section>
    </>
  );
}
