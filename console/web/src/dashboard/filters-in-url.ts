import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router-dom';
import type { DashboardFilter, FilterValues } from './types.ts';

const isMultiple = (filter: DashboardFilter): boolean => filter.type.startsWith('string/');

/** Reads the filters from the address: absent is the default, present but empty is cleared. */
export function readFilters(filters: readonly DashboardFilter[], search: URLSearchParams): FilterValues {
  return Object.fromEntries(
    filters.map((filter) => {
      const given = search.getAll(filter.slug);
      if (given.length === 0) return [filter.slug, filter.default];
      const values = given.filter((value) => value !== '');
      return [filter.slug, values.length === 0 ? null : isMultiple(filter) ? values : (values[0] ?? null)];
    }),
  );
}

/** Writes the filters into an address; a value that is the default is left out, so that addresses stay short. */
export function writeFilters(filters: readonly DashboardFilter[], values: FilterValues): URLSearchParams {
  const search = new URLSearchParams();
  for (const filter of filters) {
    const value = values[filter.slug] ?? null;
    if (JSON.stringify(value) === JSON.stringify(filter.default)) continue;
    if (value === null || value.length === 0) search.append(filter.slug, '');
    else for (const item of Array.isArray(value) ? value : [value]) search.append(filter.slug, item);
  }
  return search;
}

/** The filters of a dashboard, kept in the address so that a view can be sent to somebody else. */
export function useFilters(filters: readonly DashboardFilter[]): [FilterValues, (values: FilterValues) => void] {
  const [search, setSearch] = useSearchParams();
  const values = useMemo(() => readFilters(filters, search), [filters, search]);
  const set = useCallback(
    (next: FilterValues) => setSearch(writeFilters(filters, next), { replace: true }),
    [filters, setSearch],
  );
  return [values, set];
}
