export { rawColumns, snakeCase, type ColumnForm, type RawColumn, type Scalar, type TupleField } from './raw/columns.ts';
export {
  addRawColumn,
  createRawTable,
  dataColumns,
  DEAD_LETTER_COLUMNS,
  deadLetterTable,
  DEDUPLICATION_WINDOW,
  rawTable,
  RECORD_COLUMNS,
  writtenColumns,
  type RawTable,
  type TableColumn,
} from './raw/table.ts';
