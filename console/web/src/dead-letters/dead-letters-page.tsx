import { Button, Segmented, Table, Tag, type TableProps } from 'antd';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { isAbort } from '../api/problem.ts';
import { instant } from '../components/format.ts';
import { Page } from '../components/page.tsx';
import { EmptyState, ErrorState } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { FILTERS, listLetters, type LetterPage, type ListedLetter } from './dead-letter-api.ts';
import { LetterStatus } from './letter-status.tsx';

interface State extends LetterPage {
  loading: boolean;
  error: unknown;
}

/** The dead letters, newest first. A click on a step, topic or reason cuts the list to it. */
export default function DeadLettersPage() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const [state, setState] = useState<State>({ letters: [], next: null, loading: true, error: undefined });
  const [round, setRound] = useState(0);
  const key = search.toString();

  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, loading: true, error: undefined }));
    listLetters(new URLSearchParams(key), undefined, controller.signal).then(
      (page) => setState({ ...page, loading: false, error: undefined }),
      (error: unknown) => !isAbort(error) && setState({ letters: [], next: null, loading: false, error }),
    );
    return () => controller.abort();
  }, [key, round]);

  async function more(): Promise<void> {
    setState((before) => ({ ...before, loading: true }));
    try {
      const page = await listLetters(search, state.next ?? undefined);
      setState((before) => ({
        letters: [...before.letters, ...page.letters],
        next: page.next,
        loading: false,
        error: undefined,
      }));
    } catch (error) {
      setState((before) => ({ ...before, loading: false, error }));
    }
  }

  const cut = (name: string, value: string | undefined): void => {
    const next = new URLSearchParams(search);
    if (value === undefined || value === '') next.delete(name);
    else next.set(name, value);
    setSearch(next, { replace: true });
  };
  const cutting = (name: string) => (value: string) => (
    <Button
      type="link"
      size="small"
      className="cell-link"
      onClick={(event) => {
        event.stopPropagation();
        cut(name, value);
      }}
    >
      {value}
    </Button>
  );

  const columns: TableProps<ListedLetter>['columns'] = [
    { title: t('event.time'), dataIndex: 'diedAt', width: 148, render: (value: string) => instant(value) },
    { title: t('deadLetters.step'), dataIndex: 'step', width: 150, render: cutting('step') },
    { title: t('deadLetters.reason'), dataIndex: 'reason', width: 190, render: cutting('reason') },
    { title: t('deadLetters.detail'), dataIndex: 'detail', ellipsis: true },
    { title: t('event.topic'), dataIndex: 'topic', width: 230, render: cutting('topic') },
    { title: t('event.partition'), dataIndex: 'partition', width: 64, align: 'right', className: 'code' },
    { title: t('event.offset'), dataIndex: 'offset', width: 84, align: 'right', className: 'code' },
    {
      title: t('deadLetters.state'),
      dataIndex: 'status',
      width: 90,
      render: (value: ListedLetter['status']) => <LetterStatus status={value} />,
    },
  ];

  return (
    <Page title={t('deadLetters.title')} intro={t('deadLetters.intro')}>
      <div className="filters" role="search">
        <Segmented
          value={search.get('status') ?? ''}
          onChange={(value) => cut('status', value)}
          options={[
            { label: t('filter.all'), value: '' },
            { label: t('deadLetters.open'), value: 'waiting' },
            { label: t('deadLetters.replayed'), value: 'replayed' },
          ]}
        />
        {FILTERS.filter((name) => name !== 'status' && search.get(name)).map((name) => (
          <Tag key={name} closable onClose={() => cut(name, undefined)} className="filter-tag">
            {search.get(name)}
          </Tag>
        ))}
      </div>
      {state.error !== undefined ? (
        <ErrorState error={state.error} onRetry={() => setRound(round + 1)} />
      ) : (
        <div className="panel">
          <Table<ListedLetter>
            size="small"
            rowKey="id"
            columns={columns}
            dataSource={state.letters}
            loading={state.loading}
            pagination={false}
            scroll={{ x: 1150 }}
            locale={{
              emptyText: state.loading ? (
                ' '
              ) : (
                <EmptyState
                  title={t('deadLetters.empty')}
                  hint={key === '' ? t('deadLetters.emptyHint') : t('state.emptyHint')}
                />
              ),
            }}
            onRow={(row) => ({
              className: 'row-clickable',
              tabIndex: 0,
              onClick: () => void navigate(`/dead-letters/${row.id}`),
              onKeyDown: (event) => {
                if (event.key === 'Enter') void navigate(`/dead-letters/${row.id}`);
              },
            })}
          />
          {state.next !== null && (
            <div className="more">
              <span className="muted">{t('applications.count', { count: state.letters.length })}</span>
              <Button onClick={() => void more()} loading={state.loading}>
                {t('applications.more')}
              </Button>
            </div>
          )}
        </div>
      )}
    </Page>
  );
}
