import { ReloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useMemo, useState } from 'react';
import { useParams } from 'react-router-dom';
import { api, dataOf } from '../api/client.ts';
import { useLoad } from '../api/use-load.ts';
import { instant } from '../components/format.ts';
import { Page } from '../components/page.tsx';
import { Load } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { CardView } from './card-view.tsx';
import { translator } from './dictionary.ts';
import { FilterBar } from './filter-bar.tsx';
import { useFilters } from './filters-in-url.ts';
import type { DashboardView } from './types.ts';

/** A dashboard, drawn from its definition. */
export default function DashboardPage() {
  const { slug = '' } = useParams();
  const loaded = useLoad(slug, async (signal) =>
    dataOf(api.GET('/api/dashboards/{slug}', { params: { path: { slug } }, signal })),
  );
  return <Load of={loaded}>{(dashboard) => <Drawn key={dashboard.slug} dashboard={dashboard} />}</Load>;
}

function Drawn({ dashboard }: { dashboard: DashboardView }) {
  const { t, language } = useI18n();
  const [filters, setFilters] = useFilters(dashboard.parameters);
  const [refreshed, setRefreshed] = useState(() => ({ round: 0, at: Date.now() }));
  const text = useMemo(() => translator(dashboard.dictionary, language), [dashboard, language]);
  return (
    <Page
      title={text(dashboard.name)}
      intro={dashboard.description === '' ? undefined : text(dashboard.description)}
      actions={
        <>
          <span className="muted">{t('dashboard.updated', { time: instant(refreshed.at).slice(11) })}</span>
          <Button
            icon={<ReloadOutlined />}
            onClick={() => setRefreshed({ round: refreshed.round + 1, at: Date.now() })}
          >
            {t('dashboard.refresh')}
          </Button>
        </>
      }
    >
      <FilterBar
        slug={dashboard.slug}
        filters={dashboard.parameters}
        values={filters}
        onChange={setFilters}
        text={text}
      />
      <div className="grid">
        {dashboard.cards.map((card) => (
          <CardView
            key={card.id}
            slug={dashboard.slug}
            card={card}
            filters={filters}
            round={refreshed.round}
            text={text}
          />
        ))}
      </div>
    </Page>
  );
}
