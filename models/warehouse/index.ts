export { rawColumns, snakeCase, type RawColumn } from './raw/columns.ts';
export {
  addRawColumn,
  createRawTable,
  DEAD_LETTER_COLUMNS,
  deadLetterTable,
  DEDUPLICATION_WINDOW,
  rawTable,
  RECORD_COLUMNS,
  writtenColumns,
  type RawTable,
  type TableColumn,
} from './raw/table.ts';
