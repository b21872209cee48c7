import { TARGETS, targetPattern } from '../../../models/forms/application-targets.ts';
import { groupOf } from '../../../models/forms/check-partner-format.ts';
import { type FormatField, type PartnerFormat, sourcesOf } from '../../../models/forms/partner-format.ts';
import type { FieldError } from '../../../platform/kernel/errors.ts';
import { type Convert, conversionOf, convertShare } from './convert.ts';

/** An error that names the partner's own field (JSON pointer, or columns) beside ours; undefined where a field of ours has no source. */
export interface MappedError extends FieldError {
  source: string | undefined;
}

/** What became of a partner's record: the application form as far as it could be filled, and what could not be converted. */
export interface Mapped {
  form: Record<string, unknown>;
  errors: MappedError[];
  /** The partner's field behind a pointer into `form`. */
  sourceOf(pointer: string): string | undefined;
}

/** Reads one source out of a partner's record; undefined when it is not there. */
export type Read<Input> = (record: Input) => unknown;

interface CompiledField<Input> {
  field: FormatField;
  /** Full pointer of the target. */
  to: string;
  /** Steps from the object of its group to the field. */
  steps: readonly string[];
  reads: readonly Read<Input>[];
  convert: Convert;
}

/** Fields of one list element or optional object: built when any of them has a value of its own. */
interface CompiledGroup<Input> {
  pointer: string;
  /** Sources of the group come first. */
  fields: readonly CompiledField<Input>[];
}

/** Fills a group; what it could not convert goes to `errors`. False: the partner gave none of its values. */
export type Fill<Input> = (record: Input, into: Record<string, unknown>, errors: MappedError[]) => boolean;

/**
 * Compiles a format's plain fields over a way to read its sources: `bind` turns a pointer or column into a reader. The format must have
 * passed checkPartnerFormat. Pure.
 */
export function compileFields<Input>(
  format: PartnerFormat,
  bind: (source: string) => Read<Input>,
): (record: Input) => Mapped {
  const compiled = format.fields.map((field) => compileField(format, field, field.to, groupOf(field.to), bind));
  const groups = new Map<string, CompiledField<Input>[]>();
  for (const entry of compiled) groups.set(groupOf(entry.to), [...(groups.get(groupOf(entry.to)) ?? []), entry]);
  const plain = groups.get('') ?? [];
  groups.delete('');
  const optional = [...groups]
    .map(([pointer, fields]): CompiledGroup<Input> => ({ pointer, fields }))
    .sort((a, b) => (a.pointer < b.pointer ? -1 : 1));
  const absent = new Set(['', ...(format.input.absent ?? [])]);
  return (record) => {
    const form: Record<string, unknown> = {};
    const errors: MappedError[] = [];
    const moved = new Map<string, string>();
    fillFields(plain, record, form, errors, absent);
    for (const { pointer, fields } of optional) {
      const made: Record<string, unknown> = {};
      if (!fillFields(fields, record, made, errors, absent)) continue;
      const at = place(form, pointer, made);
      if (at !== pointer) moved.set(at, pointer);
    }
    for (const list of listsOf(optional)) place(form, `${list}/-`, undefined);
    return { form, errors, sourceOf: (pointer) => sourceFor(format.fields, declared(pointer, moved)) };
  };
}

/** Compiles the fields of a list: a filler for one of its elements. */
export function compileElement<Input>(
  format: PartnerFormat,
  fields: readonly FormatField[],
  list: string,
  bind: (source: string) => Read<Input>,
): Fill<Input> {
  const group = `${list}/*`;
  const compiled = fields.map((field) => compileField(format, field, group + field.to, group, bind));
  const absent = new Set(['', ...(format.input.absent ?? [])]);
  return (record, into, errors) => fillFields(compiled, record, into, errors, absent);
}

function compileField<Input>(
  format: PartnerFormat,
  field: FormatField,
  to: string,
  group: string,
  bind: (source: string) => Read<Input>,
): CompiledField<Input> {
  const target = TARGETS.get(targetPattern(to))!;
  return {
    field,
    to,
    steps: to.slice(group.length + 1).split('/'),
    reads: sourcesOf(field).map(bind),
    convert: conversionOf(format, field, target),
  };
}

/** Shares of an amount come after all amounts. Returns whether any field has a value that the partner gave. */
function fillFields<Input>(
  fields: readonly CompiledField<Input>[],
  record: Input,
  into: Record<string, unknown>,
  errors: MappedError[],
  absent: ReadonlySet<string>,
): boolean {
  let given = false;
  let shares: { entry: CompiledField<Input>; value: unknown }[] | undefined;
  for (const entry of fields) {
    const { field, steps, convert } = entry;
    if (field.constant !== undefined) {
      put(into, steps, field.constant);
      continue;
    }
    const value = valueOf(entry, record, absent);
    if (value === undefined) {
      if (field.default !== undefined) put(into, steps, field.default);
      continue;
    }
    given = true;
    if (field.of !== undefined) (shares ??= []).push({ entry, value });
    else {
      const converted = convert(value);
      if (converted.ok) put(into, steps, converted.value);
      else
        errors.push({ pointer: entry.to, code: converted.code, detail: converted.detail, source: sourceName(field) });
    }
  }
  for (const { entry, value } of shares ?? []) {
    const base = at(into, entry.field.of!.slice(1).split('/'));
    if (typeof base !== 'number') continue;
    const converted = convertShare(entry.field, value, base);
    if (converted.ok) put(into, entry.steps, converted.value);
    else
      errors.push({
        pointer: entry.to,
        code: converted.code,
        detail: converted.detail,
        source: sourceName(entry.field),
      });
  }
  return given;
}

function valueOf<Input>({ field, reads }: CompiledField<Input>, record: Input, absent: ReadonlySet<string>): unknown {
  if (reads.length === 1) return present(reads[0]!(record), absent);
  const parts = reads.map((read) => present(read(record), absent)).filter((part) => part !== undefined);
  if (parts.length === 0) return undefined;
  return parts.every((part) => typeof part === 'string' || typeof part === 'number')
    ? parts.join(field.separator ?? '')
    : parts;
}

function present(value: unknown, absent: ReadonlySet<string>): unknown {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' && absent.has(value.trim()) ? undefined : value;
}

function put(into: Record<string, unknown>, steps: readonly string[], value: unknown): void {
  let here = into;
  for (let n = 0; n < steps.length - 1; n++) here = (here[steps[n]!] ??= {}) as Record<string, unknown>;
  here[steps.at(-1)!] = value;
}

function at(from: unknown, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((here, step) => (here as Record<string, unknown> | undefined)?.[step], from);
}

/**
 * Puts a built group where it belongs, a list element behind those before it, and returns where that is. Without a value the list itself
 * is made, empty, so that a list whose elements all have no value is there.
 */
function place(form: Record<string, unknown>, pointer: string, value: unknown): string {
  const steps = pointer.slice(1).split('/');
  const last = steps.at(-1)!;
  if (!/^(\d+|-)$/.test(last)) {
    put(form, steps, value);
    return pointer;
  }
  const holder = steps.slice(0, -1);
  const list = (at(form, holder) as unknown[] | undefined) ?? [];
  put(form, holder, list);
  if (value !== undefined) list.push(value);
  return `/${holder.join('/')}/${list.length - 1}`;
}

function listsOf(groups: readonly { pointer: string }[]): Set<string> {
  return new Set(
    groups
      .filter(({ pointer }) => /\/\d+$/.test(pointer))
      .map(({ pointer }) => pointer.slice(0, pointer.lastIndexOf('/'))),
  );
}

/** A pointer into the form as the format declares it: elements move up where one before them has no value. */
function declared(pointer: string, moved: ReadonlyMap<string, string>): string {
  for (const [is, was] of moved)
    if (pointer === is || pointer.startsWith(`${is}/`)) return was + pointer.slice(is.length);
  return pointer;
}

/** What the partner calls the sources of a field. */
export function sourceName(field: FormatField): string | undefined {
  const sources = sourcesOf(field);
  return sources.length === 0 ? undefined : sources.join(' + ');
}

/** The partner's field behind a field of ours, behind one around it, or those behind what lies in it. */
export function sourceFor(fields: readonly FormatField[], pointer: string): string | undefined {
  for (let here = pointer; here !== ''; here = here.slice(0, here.lastIndexOf('/'))) {
    const field = fields.find(({ to }) => to === here);
    if (field !== undefined) return sourceName(field);
  }
  const inside = fields.filter(({ to }) => to.startsWith(`${pointer}/`)).flatMap(sourcesOf);
  return inside.length === 0 ? undefined : [...new Set(inside)].join(', ');
}
