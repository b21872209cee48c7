import { TARGET_LISTS, TARGETS, type Target } from './application-targets.ts';
import type { FormatField, PartnerFormat } from './partner-format.ts';

/** How many elements of each list a row has columns for. */
const ELEMENTS: Readonly<Record<string, number>> = { '/applicant/consents': 3, '/guarantors': 2, '/request/addOns': 3 };

/**
 * The hub's own CSV layout, for partners without one of theirs: a column for each field of the application form, named by its path
 * (`applicant.name`, `guarantors.0.idNo`), values as in JSON. Columns of what may be left out may be left out.
 */
export const NATIVE_CSV: PartnerFormat = (() => {
  const choices = [...TARGETS.values()].filter(({ kind }) => kind === 'choice');
  const fields = [...TARGETS.values()].flatMap((target) => pointersOf(target).map((to) => fieldOf(target, to)));
  const optional = fields
    .filter(({ to }) => !TARGETS.get(to)?.required || TARGETS.get(to)?.group !== '')
    .map(({ from }) => from!);
  return {
    title: { zh: '枢纽自有 CSV 格式', en: 'The hub’s own CSV layout' },
    input: { kind: 'csv', encoding: 'utf-8', optional },
    codes: Object.fromEntries(
      choices.map((target) => [
        columnOf(target.pointer),
        { values: Object.fromEntries(target.choices.map((choice) => [choice, choice])) },
      ]),
    ),
    fields,
  };
})();

function pointersOf({ pointer }: Target): string[] {
  const list = [...TARGET_LISTS.keys()].find((candidate) => pointer.startsWith(`${candidate}/*`));
  if (list === undefined) return [pointer];
  return Array.from({ length: ELEMENTS[list] ?? 0 }, (_, n) => pointer.replace('*', String(n)));
}

function fieldOf({ kind, pointer }: Target, to: string): FormatField {
  const field = { to, from: columnOf(to) };
  if (kind === 'fen') return { ...field, unit: 'fen' };
  if (kind === 'choice') return { ...field, codes: columnOf(pointer) };
  if (kind === 'date') return { ...field, pattern: 'YYYY-MM-DD' };
  return kind === 'instant' ? { ...field, pattern: 'rfc3339' } : field;
}

function columnOf(pointer: string): string {
  return pointer.slice(1).replaceAll('/', '.');
}
