import { Button, Input, Table, type TableProps } from 'antd';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { api, dataOf } from '../api/client.ts';
import { isAbort } from '../api/problem.ts';
import { instant, yuan } from '../components/format.ts';
import { OutcomeTag } from '../components/outcome-tag.tsx';
import { Page } from '../components/page.tsx';
import { EmptyState, ErrorState } from '../components/states.tsx';
import { useDictionary } from '../components/use-dictionary.ts';
import type { Schema } from '../api/schemas.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { ApplicationFilterBar } from './application-filter-bar.tsx';

type List = Schema<'ApplicationList'>;
type Application = List['applications'][number];

const MULTIPLE = ['partner', 'product', 'region', 'outcome', 'reason', 'channel', 'reviewer'] as const;

interface State {
  applications: Application[];
  nextCursor: string | null;
  loading: boolean;
  error: unknown;
}

function queryOf(search: URLSearchParams, cursor?: string) {
  const many = Object.fromEntries(
    MULTIPLE.map((name) => [name, search.getAll(name).filter(Boolean)]).filter(([, values]) => values?.length),
  );
  const one = Object.fromEntries(
    (['date', 'q'] as const).map((name) => [name, search.get(name)?.trim()]).filter(([, value]) => value),
  );
  return { ...many, ...one, limit: 50, ...(cursor === undefined ? {} : { cursor }) };
}

/** The applications behind a figure: the filters are the dashboard's, in the address. */
export default function ApplicationsPage() {
  const { t, language } = useI18n();
  const name = useDictionary();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const [state, setState] = useState<State>({ applications: [], nextCursor: null, loading: true, error: undefined });
  const [round, setRound] = useState(0);
  const key = search.toString();

  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, loading: true, error: undefined }));
    dataOf(
      api.GET('/api/applications', { params: { query: queryOf(new URLSearchParams(key)) }, signal: controller.signal }),
    ).then(
      (list) => setState({ ...list, loading: false, error: undefined }),
      (error: unknown) => !isAbort(error) && setState({ applications: [], nextCursor: null, loading: false, error }),
    );
    return () => controller.abort();
  }, [key, round]);

  async function more(): Promise<void> {
    setState((before) => ({ ...before, loading: true }));
    try {
      const list = await dataOf(
        api.GET('/api/applications', { params: { query: queryOf(search, state.nextCursor ?? undefined) } }),
      );
      setState((before) => ({
        ...list,
        applications: [...before.applications, ...list.applications],
        loading: false,
        error: undefined,
      }));
    } catch (error) {
      setState((before) => ({ ...before, loading: false, error }));
    }
  }

  const columns: TableProps<Application>['columns'] = [
    {
      title: t('application.receivedAt'),
      dataIndex: 'receivedAt',
      width: 152,
      render: (value: string) => instant(value),
    },
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
      title: t('application.region'),
      dataIndex: 'region',
      width: 88,
      ellipsis: true,
      render: (value: string) => name(value),
    },
    {
      title: t('application.requested'),
      dataIndex: 'requestedAmountFen',
      width: 104,
      align: 'right',
      render: (value: number) => yuan(value),
    },
    {
      title: t('application.approved'),
      dataIndex: 'approvedAmountFen',
      width: 104,
      align: 'right',
      render: (value: number, row) => (row.outcome === 'APPROVED' ? yuan(value) : t('common.none')),
    },
    {
      title: t('application.outcome'),
      dataIndex: 'outcome',
      width: 84,
      render: (value: string) => <OutcomeTag outcome={value} />,
    },
    {
      title: t('application.reason'),
      dataIndex: 'reasons',
      ellipsis: true,
      render: (value: string[]) => value.map(name).join(language === 'en' ? ', ' : '、') || t('common.none'),
    },
    {
      title: t('application.score'),
      dataIndex: 'bureauScore',
      width: 76,
      align: 'right',
      render: (value: number | null) => value ?? t('common.none'),
    },
  ];

  return (
    <Page title={t('applications.title')}>
      <div className="filters" role="search">
        <Input.Search
          key={search.get('q') ?? ''}
          defaultValue={search.get('q') ?? ''}
          placeholder={t('applications.search')}
          allowClear
          enterButton={t('common.search')}
          style={{ width: 320 }}
          maxLength={64}
          onSearch={(value) => {
            const next = new URLSearchParams(search);
            if (value.trim() === '') next.delete('q');
            else next.set('q', value.trim());
            setSearch(next, { replace: true });
          }}
        />
        <ApplicationFilterBar search={search} setSearch={setSearch} name={name} />
      </div>
      {state.error !== undefined ? (
        <ErrorState error={state.error} onRetry={() => setRound(round + 1)} />
      ) : (
        <div className="panel">
          <Table<Application>
            size="small"
            rowKey="applicationId"
            columns={columns}
            dataSource={state.applications}
            loading={state.loading}
            pagination={false}
            scroll={{ x: 1150 }}
            locale={{ emptyText: state.loading ? ' ' : <EmptyState /> }}
            onRow={(row) => ({
              className: 'row-clickable',
              tabIndex: 0,
              onClick: () => void navigate(`/applications/${row.applicationId}`),
              onKeyDown: (event) => {
                if (event.key === 'Enter') void navigate(`/applications/${row.applicationId}`);
              },
            })}
          />
          {state.applications.length > 0 && (
            <div className="more">
              <span className="muted">{t('applications.count', { count: state.applications.length })}</span>
              {state.nextCursor === null ? (
                <span className="muted">{t('applications.end')}</span>
              ) : (
                <Button onClick={() => void more()} loading={state.loading}>
                  {t('applications.more')}
                </Button>
              )}
            </div>
          )}
        </div>
      )}
    </Page>
  );
}
