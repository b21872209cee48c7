export { rawColumns, type ColumnForm, type RawColumn, type Scalar } from './raw/columns.ts';
export {
  addRawColumn,
  createRawTable,
  dataColumns,
  DEAD_LETTER_COLUMNS,
  deadLetterTable,
  rawTable,
  RECORD_COLUMNS,
  writtenColumns,
  type RawTable,
} from './raw/table.ts';
