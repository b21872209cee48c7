import { Button, Checkbox, Input, Segmented, Select, Table, Tag, type TableProps } from 'antd';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { api, dataOf } from '../api/client.ts';
import { useLoad } from '../api/use-load.ts';
import { instant, yuan } from '../components/format.ts';
import { Page } from '../components/page.tsx';
import { EmptyState, ErrorState } from '../components/states.tsx';
import { useDictionary } from '../components/use-dictionary.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { QueueTag, TaskState } from './queue-tag.tsx';
import type { TaskList, TaskSummary } from './review-api.ts';

const VIEWS = ['open', 'mine', 'closed'] as const;
const QUEUES = ['second-review', 'special-review'] as const;
const REASONS = [
  'BUREAU_SCORE',
  'BUREAU_OVERDUE',
  'BUREAU_UNAVAILABLE',
  'SCORECARD',
  'DUPLICATE_APPLICATION',
  'BLACKLIST',
  'LTV_CAP',
  'DTI_CAP',
  'CAR_AGE',
  'RATE_CEILING',
] as const;
const PAGE = 50;
/** Others work on the list as well. */
const REFRESH_MS = 10_000;

function queryOf(search: URLSearchParams, limit: number) {
  const view = VIEWS.find((candidate) => candidate === search.get('view')) ?? 'open';
  const queue = QUEUES.find((candidate) => candidate === search.get('queue'));
  const many = Object.fromEntries(
    (['partner', 'product', 'reason'] as const)
      .map((name) => [name, search.getAll(name).filter(Boolean)])
      .filter(([, values]) => values?.length),
  );
  const q = search.get('q')?.trim();
  return {
    view,
    limit,
    ...many,
    ...(queue === undefined ? {} : { queue }),
    ...(search.get('overdue') === 'true' ? { overdue: true } : {}),
    ...(q ? { q } : {}),
  };
}

/** The work list of the reviewers: what is due first stands first. */
export default function ReviewDeskPage() {
  const { t, code } = useI18n();
  const [search, setSearch] = useSearchParams();
  const [limit, setLimit] = useState(PAGE);
  const query = queryOf(search, limit);
  const loaded = useLoad(JSON.stringify(query), async (signal) =>
    dataOf(api.GET('/api/review-tasks', { params: { query }, signal })),
  );
  const { reload } = loaded;
  useEffect(() => {
    const timer = setInterval(reload, REFRESH_MS);
    return () => clearInterval(timer);
  }, [reload]);
  const name = useDictionary();
  const change = (field: string, values: readonly string[]): void => {
    const next = new URLSearchParams(search);
    next.delete(field);
    for (const value of values) if (value !== '') next.append(field, value);
    setSearch(next, { replace: true });
  };

  return (
    <Page title={t('review.title')} intro={<Counts counts={loaded.data?.counts ?? []} />}>
      <div className="filters" role="search">
        <Segmented
          value={query.view}
          onChange={(view) => change('view', [view])}
          options={VIEWS.map((view) => ({ value: view, label: t(`review.view.${view}`) }))}
        />
        <label className="filter">
          <span>{t('review.queue')}</span>
          <Select
            size="small"
            style={{ width: 120 }}
            aria-label={t('review.queue')}
            value={search.get('queue') ?? ''}
            onChange={(queue: string) => change('queue', [queue])}
            options={[
              { value: '', label: t('filter.all') },
              ...QUEUES.map((queue) => ({ value: queue, label: code('queue', queue) })),
            ]}
          />
        </label>
        <label className="filter">
          <span>{t('application.reason')}</span>
          <Select
            size="small"
            mode="multiple"
            style={{ minWidth: 180 }}
            aria-label={t('application.reason')}
            placeholder={t('filter.all')}
            value={search.getAll('reason')}
            onChange={(reasons: string[]) => change('reason', reasons)}
            options={REASONS.map((reason) => ({ value: reason, label: name(reason) }))}
          />
        </label>
        <Checkbox
          checked={search.get('overdue') === 'true'}
          onChange={(event) => change('overdue', event.target.checked ? ['true'] : [])}
        >
          {t('review.onlyOverdue')}
        </Checkbox>
        <Input.Search
          key={search.get('q') ?? ''}
          defaultValue={search.get('q') ?? ''}
          placeholder={t('application.id')}
          allowClear
          style={{ width: 280 }}
          maxLength={64}
          onSearch={(value) => change('q', [value.trim()])}
        />
      </div>
      {loaded.error !== undefined ? (
        <ErrorState error={loaded.error} onRetry={reload} />
      ) : (
        <Tasks list={loaded.data} loading={loaded.loading} onMore={() => setLimit(Math.min(200, limit + PAGE))} />
      )}
    </Page>
  );
}

function Counts({ counts }: { counts: TaskList['counts'] }) {
  const { t, code } = useI18n();
  if (counts.length === 0) return <>{t('review.intro')}</>;
  return (
    <>
      {counts.map((count) => (
        <span key={count.queue} style={{ marginRight: 18 }}>
          {t('review.count', {
            queue: code('queue', count.queue),
            open: count.open,
            claimed: count.claimed,
            overdue: count.overdue,
          })}
        </span>
      ))}
    </>
  );
}

function Tasks({ list, loading, onMore }: { list: TaskList | undefined; loading: boolean; onMore(): void }) {
  const { t, language } = useI18n();
  const name = useDictionary();
  const navigate = useNavigate();
  const open = (task: TaskSummary): void => void navigate(`/review/${task.applicationId}`);
  const columns: TableProps<TaskSummary>['columns'] = [
    {
      title: t('review.dueAt'),
      dataIndex: 'dueAt',
      width: 190,
      render: (value: string, task) => (
        <>
          {instant(value)} {task.overdue && <Tag color="#c23b4b">{t('review.overdue')}</Tag>}
        </>
      ),
    },
    { title: t('review.queue'), dataIndex: 'queue', width: 84, render: (queue: string) => <QueueTag queue={queue} /> },
    { title: t('review.state'), dataIndex: 'status', width: 130, render: (_, task) => <TaskState {...task} /> },
    { title: t('application.id'), dataIndex: 'applicationId', width: 150, ellipsis: true, className: 'code' },
    {
      title: t('application.partner'),
      dataIndex: 'partnerId',
      width: 124,
      ellipsis: true,
      render: (value: string) => name(value),
    },
    {
      title: t('application.product'),
      dataIndex: 'product',
      width: 130,
      ellipsis: true,
      render: (value: string) => name(value),
    },
    {
      title: t('application.requested'),
      dataIndex: 'requestedAmountFen',
      width: 110,
      align: 'right',
      render: (value: number) => yuan(value),
    },
    {
      title: t('review.referredFor'),
      dataIndex: 'reasonCodes',
      ellipsis: true,
      render: (value: string[]) => value.map(name).join(language === 'en' ? ', ' : '、'),
    },
    { title: t('review.openedAt'), dataIndex: 'openedAt', width: 152, render: (value: string) => instant(value) },
  ];
  return (
    <div className="panel">
      <Table<TaskSummary>
        size="small"
        rowKey="taskId"
        columns={columns}
        dataSource={list?.tasks ?? []}
        loading={loading && list === undefined}
        pagination={false}
        scroll={{ x: 1150 }}
        locale={{
          emptyText: list === undefined ? ' ' : <EmptyState title={t('review.empty')} hint={t('review.emptyHint')} />,
        }}
        onRow={(task) => ({
          className: 'row-clickable',
          tabIndex: 0,
          onClick: () => open(task),
          onKeyDown: (event) => event.key === 'Enter' && open(task),
        })}
      />
      {list !== undefined && list.nextCursor !== null && (
        <div className="more">
          <Button onClick={onMore}>{t('applications.more')}</Button>
        </div>
      )}
    </div>
  );
}
