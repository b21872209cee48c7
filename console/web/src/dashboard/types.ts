import type { paths } from '../generated/api.d.ts';

export type DashboardView = paths['/api/dashboards/{slug}']['get']['responses']['200']['content']['application/json'];
export type DashboardCard = DashboardView['cards'][number];
export type DashboardFilter = DashboardView['parameters'][number];
export type CardResult =
  paths['/api/dashboards/{slug}/cards/{id}/query']['post']['responses']['200']['content']['application/json'];
export type FilterValue = string | string[] | null;
/** Values of the filters by slug; one that is missing has its default. */
export type FilterValues = Record<string, FilterValue>;
