import { Skeleton, Tooltip } from 'antd';
import { InfoCircleOutlined } from '@ant-design/icons';
import { lazy, memo, Suspense, useMemo } from 'react';
import { useNavigate } from 'react-router-dom';
import { api, dataOf } from '../api/client.ts';
import { useLoad } from '../api/use-load.ts';
import { chartOption } from '../charts/option.ts';
import { EmptyState, ErrorState } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { CardTable } from './card-table.tsx';
import { NumberCard } from './number-card.tsx';
import { clickBehavior, linkOf } from './settings.ts';
import type { CardResult, DashboardCard, FilterValues } from './types.ts';

const Chart = lazy(() => import('../charts/chart.tsx'));

interface Props {
  slug: string;
  card: DashboardCard;
  filters: FilterValues;
  /** Rises with every refresh. */
  round: number;
  text(text: string): string;
}

/** One card of a dashboard: asks for its figures when a filter that concerns it changes, and draws them. */
export const CardView = memo(function CardView({ slug, card, filters, round, text }: Props) {
  const { t } = useI18n();
  const parameters = Object.fromEntries(card.filters.map((filter) => [filter, filters[filter] ?? null]));
  const loaded = useLoad(`${slug}/${card.id}/${round}/${JSON.stringify(parameters)}`, async (signal) =>
    dataOf(
      api.POST('/api/dashboards/{slug}/cards/{id}/query', {
        params: { path: { slug, id: card.id } },
        body: { parameters },
        signal,
      }),
    ),
  );
  const isNumber = card.display === 'scalar' || card.display === 'number';
  return (
    <section
      className={`card card-${card.display}`}
      style={{ gridColumn: `${card.col + 1} / span ${card.sizeX}`, gridRow: `${card.row + 1} / span ${card.sizeY}` }}
      aria-label={text(card.name)}
      data-testid={`card-${card.id}`}
      aria-busy={loaded.loading}
    >
      <h2>
        {text(card.name)}
        {card.description !== '' && (
          <Tooltip title={text(card.description)}>
            <InfoCircleOutlined aria-label={text(card.description)} />
          </Tooltip>
        )}
      </h2>
      <div className={loaded.loading && loaded.data !== undefined ? 'card-body card-stale' : 'card-body'}>
        {loaded.error !== undefined ? (
          <ErrorState compact error={loaded.error} onRetry={loaded.reload} />
        ) : loaded.data === undefined ? (
          <Skeleton active title={false} paragraph={{ rows: isNumber ? 1 : 4 }} />
        ) : (
          <CardContent card={card} result={loaded.data} filters={filters} text={text} />
        )}
      </div>
      {loaded.data?.truncated === true && (
        <p className="card-note">{t('state.truncated', { count: loaded.data.rows.length })}</p>
      )}
    </section>
  );
});

function CardContent({
  card,
  result,
  filters,
  text,
}: {
  card: DashboardCard;
  result: CardResult;
  filters: FilterValues;
  text(text: string): string;
}) {
  const { language } = useI18n();
  const navigate = useNavigate();
  const option = useMemo(() => chartOption({ card, result, language, text }), [card, result, language, text]);
  const click = clickBehavior(card.settings);
  const template = click?.type === 'link' && click.linkType === 'url' ? click.linkTemplate : undefined;
  const open = (row: readonly unknown[] | undefined): void => {
    if (template === undefined || row === undefined) return;
    void navigate(
      linkOf(template, Object.fromEntries(result.columns.map((column, index) => [column.name, row[index]])), filters),
    );
  };
  if (card.display === 'scalar' || card.display === 'number') return <NumberCard card={card} result={result} />;
  if (result.rows.length === 0) return <EmptyState compact />;
  if (option === undefined)
    return <CardTable card={card} result={result} text={text} onOpen={template === undefined ? undefined : open} />;
  return (
    <Suspense fallback={<Skeleton active title={false} />}>
      <Chart
        option={option}
        label={text(card.name)}
        onSelect={template === undefined ? undefined : (row) => open(result.rows[row])}
      />
    </Suspense>
  );
}
