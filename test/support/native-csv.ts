import { NATIVE_CSV } from '../../models/forms/native-csv.ts';
import { csvText } from '../generators/partner-layouts.ts';

/** Applications as a file in the hub's own columns; of guarantors and add-ons, the first ones. */
export function nativeCsv(applications: readonly object[]): string {
  const columns = NATIVE_CSV.fields.map(({ from }) => from!).filter((column) => !/\.[12]\./.test(column));
  const cell = (application: object, column: string): string =>
    String(
      column
        .split('.')
        .reduce<unknown>((here, step) => (here as Record<string, unknown> | null | undefined)?.[step], application) ??
        '',
    );
  return csvText([columns, ...applications.map((application) => columns.map((column) => cell(application, column)))]);
}
