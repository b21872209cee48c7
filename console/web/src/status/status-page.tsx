import { ReloadOutlined } from '@ant-design/icons';
import { Alert, Button, Table, Tag } from 'antd';
import { useEffect } from 'react';
import { api, dataOf } from '../api/client.ts';
import { useLoad } from '../api/use-load.ts';
import { instant, integer } from '../components/format.ts';
import { Page } from '../components/page.tsx';
import { EmptyState, Load } from '../components/states.tsx';
import type { Schema } from '../api/schemas.ts';
import { useI18n } from '../i18n/i18n.tsx';

type Status = Schema<'HubStatus'>;

const REFRESH_MS = 10_000;
const NAMES: Readonly<Record<string, string>> = { postgres: 'PostgreSQL', kafka: 'Kafka', clickhouse: 'ClickHouse' };

/** What runs and how it is; asks again every ten seconds while the page is in view. */
export default function StatusPage() {
  const { t } = useI18n();
  const loaded = useLoad('status', async (signal) => dataOf(api.GET('/api/status', { signal })));
  const { reload } = loaded;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), REFRESH_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return (
    <Page
      title={t('status.title')}
      actions={
        <Button icon={<ReloadOutlined />} onClick={reload} loading={loaded.loading}>
          {t('dashboard.refresh')}
        </Button>
      }
    >
      <Load of={loaded}>{(status) => <Drawn status={status} />}</Load>
    </Page>
  );
}

function Drawn({ status }: { status: Status }) {
  const { t } = useI18n();
  const failing = [...status.parts, ...status.processes].filter((one) => one.state !== 'ok').length;
  return (
    <>
      <Alert
        type={failing === 0 ? 'success' : 'error'}
        showIcon
        title={
          <>
            <strong>{failing === 0 ? t('status.allWell') : t('status.notWell', { count: failing })}</strong>{' '}
            <span className="muted">{t('dashboard.updated', { time: instant(status.at) })}</span>
          </>
        }
      />
      <section className="panel">
        <h2>{t('status.parts')}</h2>
        <Table
          size="small"
          pagination={false}
          rowKey="name"
          dataSource={status.parts}
          columns={[
            { title: t('status.part'), dataIndex: 'name', width: 140, render: (name: string) => NAMES[name] ?? name },
            {
              title: t('status.state'),
              dataIndex: 'state',
              width: 90,
              render: (state: string) => <State state={state} />,
            },
            {
              title: t('status.version'),
              dataIndex: 'version',
              width: 180,
              render: (version: string | null) => version ?? t('common.none'),
            },
            {
              title: t('status.latency'),
              dataIndex: 'latencyMs',
              width: 110,
              align: 'right',
              render: (ms: number) => t('common.milliseconds', { ms }),
            },
            {
              title: t('status.detail'),
              dataIndex: 'detail',
              render: (detail: string | null) => detail ?? t('common.none'),
            },
          ]}
        />
      </section>
      <section className="panel">
        <h2>{t('status.processes')}</h2>
        <Table
          size="small"
          pagination={false}
          rowKey={(row) => `${row.host} ${row.pid} ${row.role}`}
          dataSource={status.processes}
          locale={{ emptyText: <EmptyState compact title={t('status.noProcesses')} /> }}
          columns={[
            { title: t('status.role'), dataIndex: 'role', width: 140 },
            {
              title: t('status.state'),
              dataIndex: 'state',
              width: 90,
              render: (state: string) => <State state={state} />,
            },
            { title: t('status.host'), dataIndex: 'host', width: 180, className: 'code' },
            { title: t('status.pid'), dataIndex: 'pid', width: 90, align: 'right', className: 'code' },
            {
              title: t('status.memory'),
              dataIndex: 'rssBytes',
              width: 100,
              align: 'right',
              render: (bytes: number) => `${integer(bytes / 1_048_576)} MiB`,
            },
            { title: t('status.since'), dataIndex: 'startedAt', width: 150, render: (at: string) => instant(at) },
            {
              title: t('status.detail'),
              dataIndex: 'problems',
              render: (problems: string[]) => problems.join('; ') || t('common.none'),
            },
          ]}
        />
      </section>
    </>
  );
}

function State({ state }: { state: string }) {
  const { code } = useI18n();
  return <Tag color={state === 'ok' ? 'green' : state === 'silent' ? 'orange' : 'red'}>{code('status', state)}</Tag>;
}
