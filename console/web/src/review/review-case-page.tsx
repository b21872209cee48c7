import { ArrowLeftOutlined } from '@ant-design/icons';
import { App, Button, Descriptions, Table, Tag } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { api, dataOf } from '../api/client.ts';
import { ApiError } from '../api/problem.ts';
import { useLoad } from '../api/use-load.ts';
import { RuleTrace } from '../applications/rule-trace.tsx';
import { instant, percent, yuan } from '../components/format.ts';
import { Page } from '../components/page.tsx';
import { EmptyState, Load } from '../components/states.tsx';
import { useDictionary } from '../components/use-dictionary.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { CaseLog } from './case-log.tsx';
import { CommandPanel } from './command-panel.tsx';
import { PersonPanel } from './person-panel.tsx';
import { QueueTag, TaskState } from './queue-tag.tsx';
import type { TaskRecord } from './review-api.ts';
import { useCommand } from './use-command.ts';

/** One referred application with everything a reviewer needs to decide it. */
export default function ReviewCasePage() {
  const { t } = useI18n();
  const { id = '' } = useParams();
  const navigate = useNavigate();
  const loaded = useLoad(id, async (signal) =>
    dataOf(api.GET('/api/review-tasks/{id}', { params: { path: { id } }, signal })),
  );
  const missing = loaded.error instanceof ApiError && loaded.error.status === 404;
  return (
    <Page
      title={t('review.caseTitle')}
      intro={<span className="code">{id}</span>}
      actions={
        <Button icon={<ArrowLeftOutlined />} onClick={() => void navigate('/review')}>
          {t('review.backToList')}
        </Button>
      }
    >
      {missing ? (
        <EmptyState title={t('review.notFound')} hint={t('review.notFoundHint')} />
      ) : (
        <Load of={loaded}>{(record) => <Case loaded={record} reload={loaded.reload} />}</Load>
      )}
    </Page>
  );
}

function Case({ loaded, reload }: { loaded: TaskRecord; reload(): void }) {
  const { t, code } = useI18n();
  const name = useDictionary();
  const { message } = App.useApp();
  const [record, setRecord] = useState(loaded);
  useEffect(() => setRecord(loaded), [loaded]);
  const commander = useCommand(
    record.applicationId,
    (after) => {
      setRecord(after);
      message.success(t('review.done'));
    },
    reload,
  );
  const { facts, vehicle } = record;
  const money = (fen: number): string => `${yuan(fen)} ${t('common.yuan')}`;
  const item = (label: string, children: ReactNode) => ({ key: label, label, children });
  return (
    <>
      <CommandPanel record={record} commander={commander} />
      <div className="columns">
        <section className="panel">
          <h2>{t('application.overview')}</h2>
          <Descriptions
            size="small"
            column={2}
            items={[
              item(t('application.partner'), name(facts.partnerId)),
              item(t('application.orderNo'), <span className="code">{record.partnerOrderNo ?? t('common.none')}</span>),
              item(t('application.product'), name(facts.product)),
              item(t('application.region'), `${name(facts.region.slice(0, 2))} ${facts.region}`),
              item(t('application.requested'), money(facts.requestedAmountFen)),
              item(t('application.term'), t('application.months', { count: facts.termMonths })),
              item(
                t('application.rate'),
                facts.annualRate === null ? t('common.none') : percent(Number(facts.annualRate), 2),
              ),
              item(t('application.receivedAt'), instant(facts.receivedAt)),
              item(t('application.policy'), <span data-testid="policy-version">{facts.policyVersion}</span>),
              item(
                t('review.scope'),
                facts.scope.length === 0 && facts.arm === 'champion'
                  ? t('common.none')
                  : [...facts.scope, ...(facts.arm === 'challenger' ? [t('review.challenger')] : [])].map((label) => (
                      <Tag key={label}>{label}</Tag>
                    )),
              ),
              item(
                t('review.wholeApplication'),
                <Link to={`/applications/${record.applicationId}`}>{t('review.openApplication')}</Link>,
              ),
            ]}
          />
        </section>
        <PersonPanel record={record} />
        <section className="panel">
          <h2>{t('review.referredFor')}</h2>
          <Table
            size="small"
            pagination={false}
            rowKey={(reason) => `${reason.code} ${reason.detail}`}
            dataSource={facts.reasons}
            columns={[
              {
                title: t('application.reason'),
                dataIndex: 'code',
                width: 150,
                render: (reason: string) => name(reason),
              },
              { title: t('status.detail'), dataIndex: 'detail' },
            ]}
          />
          <Descriptions
            size="small"
            column={2}
            style={{ marginTop: 12 }}
            items={[
              item(t('application.score'), facts.bureauScore ?? t('application.noScore')),
              item(
                t('review.grade'),
                facts.rating === null ? t('common.none') : `${facts.rating.grade} · ${facts.rating.points}`,
              ),
              item(
                t('review.probability'),
                facts.rating === null ? t('common.none') : percent(Number(facts.rating.probabilityOfDefault), 2),
              ),
            ]}
          />
        </section>
        <section className="panel">
          <h2>{t('application.vehicle')}</h2>
          {vehicle === null ? (
            <EmptyState compact />
          ) : (
            <Descriptions
              size="small"
              column={2}
              items={[
                item(t('application.vin'), <span className="code">{vehicle.vin}</span>),
                item(t('application.price'), money(vehicle.priceFen)),
                item(t('application.kind'), [vehicle.kind, vehicle.use, vehicle.energy].map(name).join(' · ')),
              ]}
            />
          )}
        </section>
      </div>
      <section className="panel" data-testid="record">
        <h2>{t('review.record')}</h2>
        <CaseLog record={record} />
      </section>
      <section className="panel">
        <h2>{t('review.tasks')}</h2>
        <Table
          size="small"
          pagination={false}
          rowKey="taskId"
          dataSource={record.tasks}
          columns={[
            {
              title: t('review.queue'),
              dataIndex: 'queue',
              width: 100,
              render: (queue: string) => <QueueTag queue={queue} />,
            },
            { title: t('review.state'), dataIndex: 'status', width: 150, render: (_, task) => <TaskState {...task} /> },
            {
              title: t('review.openedAt'),
              dataIndex: 'openedAt',
              width: 170,
              render: (value: string) => instant(value),
            },
            {
              title: t('review.dueAt'),
              dataIndex: 'dueAt',
              width: 210,
              render: (value: string, task) => (
                <>
                  {instant(value)} {task.overdue && <Tag color="#c23b4b">{t('review.overdue')}</Tag>}
                </>
              ),
            },
            {
              title: t('review.closedAt'),
              dataIndex: 'closedAt',
              width: 170,
              render: (value: string | null) => (value === null ? t('common.none') : instant(value)),
            },
            {
              title: t('review.closedBy'),
              dataIndex: 'closedBy',
              render: (value: string | null) => (value === null ? t('common.none') : code('actor', value)),
            },
          ]}
        />
      </section>
      <section className="panel" data-testid="trace">
        <h2>
          {t('application.trace')} <small>{facts.policyVersion}</small>
        </h2>
        <RuleTrace trace={facts.trace} name={name} />
      </section>
    </>
  );
}
