import type { Schema } from '../api/schemas.ts';

export type DashboardView = Schema<'DashboardView'>;
export type DashboardCard = DashboardView['cards'][number];
export type DashboardFilter = DashboardView['parameters'][number];
export type CardResult = Schema<'CardResult'>;
export type FilterValue = string | string[] | null;
/** Values of the filters by slug; one that is missing has its default. */
export type FilterValues = Record<string, FilterValue>;
