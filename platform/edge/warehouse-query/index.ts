/** Reading the warehouse for a signed-in person: cut to their partners, limited in rows and time (docs/architecture.md §5). */
export { dateRangeOf } from './date-filter.ts';
export { objectsOf, queryWarehouse, todayOf, type QueryResult, type WarehouseQuery } from './query-warehouse.ts';
