import { type PartnerFormat, sourcesOf } from '../../../models/forms/partner-format.ts';
import type { FieldError } from '../../../platform/kernel/errors.ts';
import { compileFields, type Mapped } from './compile-format.ts';

/** Errors of a header line: columns that are missing, there twice, or not known to the format. */
export type HeaderCheck = { ok: true; map: (row: readonly string[]) => Mapped } | { ok: false; errors: FieldError[] };

/** The columns a file of this format has: those it must have, those it may have. */
export function columnsOf(format: PartnerFormat): { required: readonly string[]; optional: readonly string[] } {
  const used = [...new Set(format.fields.flatMap(sourcesOf))];
  const optional = new Set(format.input.kind === 'csv' ? format.input.optional : []);
  return {
    required: used.filter((column) => !optional.has(column)),
    optional: [...optional, ...(format.input.ignored ?? [])],
  };
}

/** Checks a header line and compiles the mapping of the rows under it. Blanks around a column's name do not count. Pure. */
export function csvMapping(format: PartnerFormat, header: readonly string[]): HeaderCheck {
  const { required, optional } = columnsOf(format);
  const known = new Set([...required, ...optional]);
  const indexes = new Map<string, number>();
  const errors: FieldError[] = [];
  if (!header.some((cell) => known.has(cell.trim())))
    return {
      ok: false,
      errors: [
        {
          pointer: '/columns',
          code: 'NO_HEADER',
          detail: `none of its cells is a column of this partner’s format, which are ${[...known].join(', ')}`,
        },
      ],
    };
  header.forEach((cell, index) => {
    const column = cell.trim();
    const pointer = `/columns/${index}`;
    if (indexes.has(column))
      errors.push({ pointer, code: 'DUPLICATE_COLUMN', detail: `the column ${shown(column)} is there twice` });
    else if (!known.has(column))
      errors.push({
        pointer,
        code: 'UNKNOWN_COLUMN',
        detail: `${shown(column)} is not a column of this partner’s format`,
      });
    indexes.set(column, index);
  });
  for (const column of required)
    if (!indexes.has(column))
      errors.push({ pointer: '/columns', code: 'MISSING_COLUMN', detail: `the column ${column} is missing` });
  if (errors.length > 0) return { ok: false, errors };
  const bind = (column: string): ((row: readonly string[]) => unknown) => {
    const index = indexes.get(column);
    return index === undefined ? () => undefined : (row) => row[index];
  };
  return { ok: true, map: compileFields(format, bind) };
}

function shown(column: string): string {
  if (column === '') return 'with an empty name';
  return column.length <= 40 ? column : `${column.slice(0, 40)}…`;
}
