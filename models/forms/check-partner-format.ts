import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { TARGET_LISTS, TARGETS, targetPattern, type Target } from './application-targets.ts';
import { datePattern, NAMED_TIMES } from './date-pattern.ts';
import { type FormatField, type PartnerFormat, sourcesOf } from './partner-format.ts';

/** What is wrong with a format: pointer into it, code, a sentence. */
export interface FormatFlaw {
  pointer: string;
  code: string;
  detail: string;
}

/** A field of the format with where it stands there and the full pointer of its target. */
interface Placed {
  field: FormatField;
  at: string;
  to: string;
}

/**
 * What the schema cannot say of a format: every target is one of the form and filled once, every required one is filled, list elements come
 * without gaps, conversions lead where they can, code lists are total or say what they leave out, nothing is declared in vain. Empty: it is
 * sound. Pure.
 */
export function checkPartnerFormat(format: PartnerFormat): FormatFlaw[] {
  const flaws: FormatFlaw[] = [];
  const flaw = (pointer: string, code: string, detail: string): void => void flaws.push({ pointer, code, detail });
  const placed: Placed[] = [
    ...format.fields.map((field, n): Placed => ({ field, at: `/fields/${n}`, to: field.to })),
    ...(format.lists ?? []).flatMap((list, l) =>
      list.fields.map((field, n): Placed => ({ field, at: `/lists/${l}/fields/${n}`, to: `${list.to}/*${field.to}` })),
    ),
  ];
  checkLists(format, flaw);
  const filled = new Map<string, Placed>();
  for (const entry of placed) {
    const target = TARGETS.get(targetPattern(entry.to));
    if (target === undefined) flaw(`${entry.at}/to`, 'UNKNOWN_TARGET', `the application form has no field ${entry.to}`);
    else if (filled.has(entry.to))
      flaw(`${entry.at}/to`, 'DUPLICATE_TARGET', `${entry.to} is filled by ${filled.get(entry.to)!.at} already`);
    else {
      filled.set(entry.to, entry);
      checkField(format, entry, target, flaw);
    }
  }
  for (const entry of placed) checkShare(entry, filled, flaw);
  checkRequired(format, [...filled.keys()], flaw);
  checkIndexes([...filled.keys()], flaw);
  checkCodeLists(format, placed, flaw);
  checkSources(format, placed, flaw);
  return flaws;
}

type Flaw = (pointer: string, code: string, detail: string) => void;

function checkLists({ input, lists = [], fields }: PartnerFormat, flaw: Flaw): void {
  const seen = new Set<string>();
  lists.forEach((list, n) => {
    if (input.kind === 'csv')
      flaw(`/lists/${n}`, 'NOT_IN_CSV', 'a row of a CSV file has no lists: fill single elements, /guarantors/0/name');
    if (!TARGET_LISTS.has(list.to))
      flaw(`/lists/${n}/to`, 'UNKNOWN_TARGET', `the application form has no list ${list.to}`);
    else if (seen.has(list.to) || fields.some(({ to }) => to.startsWith(`${list.to}/`)))
      flaw(`/lists/${n}/to`, 'DUPLICATE_TARGET', `${list.to} is filled elsewhere too`);
    seen.add(list.to);
  });
}

function checkField(format: PartnerFormat, { field, at }: Placed, target: Target, flaw: Flaw): void {
  const ways = [field.from, field.concat, field.constant].filter((way) => way !== undefined).length;
  if (ways !== 1) flaw(at, 'SOURCE', 'names exactly one of from, concat and constant');
  for (const name of ['constant', 'default'] as const) {
    const value = field[name];
    if (value !== undefined && !fits(target, value))
      flaw(`${at}/${name}`, 'NOT_ALLOWED', `is not a value of ${target.pointer}`);
  }
  if (field.constant !== undefined) {
    for (const name of ['default', 'unit', 'of', 'suffixes', 'codes', 'pattern', 'offset', 'separator'] as const)
      if (field[name] !== undefined) flaw(`${at}/${name}`, 'IN_VAIN', 'means nothing beside a constant');
    return;
  }
  if (field.separator !== undefined && field.concat === undefined)
    flaw(`${at}/separator`, 'IN_VAIN', 'means nothing without concat');
  checkConversion(format, field, at, target, flaw);
}

/** The conversion of one field leads to its kind of target. */
function checkConversion(
  format: PartnerFormat,
  field: FormatField,
  at: string,
  { kind, pointer }: Target,
  flaw: Flaw,
): void {
  const { unit, codes, pattern, offset, suffixes, of } = field;
  const isNumber = kind === 'fen' || kind === 'integer';
  if (codes !== undefined && format.codes?.[codes] === undefined)
    flaw(`${at}/codes`, 'UNKNOWN_CODE_LIST', `the format has no code list ${codes}`);
  if (codes !== undefined && kind !== 'choice' && kind !== 'text')
    flaw(`${at}/codes`, 'IN_VAIN', `${pointer} holds no code`);
  if (kind === 'choice' && codes === undefined)
    flaw(at, 'CODES_MISSING', `${pointer} is a choice: name the code list that leads to it`);
  if (kind === 'fen' && unit === undefined)
    flaw(at, 'UNIT_MISSING', `${pointer} is money: say whether the partner sends fen, yuan, wan or a percentage`);
  if (kind === 'fen' && unit === 'years') flaw(`${at}/unit`, 'NOT_ALLOWED', 'is no unit of money');
  if (kind === 'integer' && unit !== undefined && unit !== 'wan' && !(unit === 'years' && pointer.endsWith('Months')))
    flaw(`${at}/unit`, 'NOT_ALLOWED', `is no unit of ${pointer}`);
  if (!isNumber && unit !== undefined) flaw(`${at}/unit`, 'IN_VAIN', `${pointer} is not a number`);
  if (!isNumber && suffixes !== undefined) flaw(`${at}/suffixes`, 'IN_VAIN', `${pointer} is not a number`);
  const isShare = unit === 'percent' || unit === 'percent-off';
  if (isShare && of === undefined)
    flaw(at, 'OF_MISSING', 'a percentage is taken of an amount of the form: name it under of');
  if (!isShare && of !== undefined) flaw(`${at}/of`, 'IN_VAIN', 'means nothing without a percentage');
  if (kind === 'date' || kind === 'instant') checkPattern(pattern, offset, kind, at, flaw);
  else
    for (const [name, value] of [
      ['pattern', pattern],
      ['offset', offset],
    ] as const)
      if (value !== undefined) flaw(`${at}/${name}`, 'IN_VAIN', `${pointer} is not a date`);
}

function checkPattern(
  pattern: string | undefined,
  offset: string | undefined,
  kind: 'date' | 'instant',
  at: string,
  flaw: Flaw,
): void {
  if (pattern === undefined) return flaw(at, 'PATTERN_MISSING', 'say how the partner writes it, YYYY/MM/DD');
  const named = (NAMED_TIMES as readonly string[]).includes(pattern);
  if (named && kind === 'date') return flaw(`${at}/pattern`, 'NOT_ALLOWED', 'is a time, the field is a date');
  if (named && offset !== undefined) return flaw(`${at}/offset`, 'IN_VAIN', `${pattern} says itself when it was`);
  if (!named && datePattern(pattern) === undefined)
    return flaw(
      `${at}/pattern`,
      'FORM',
      'is no pattern: YYYY, MM or M, DD or D once each, HH mm ss, and what stands between',
    );
  if (kind === 'instant' && !named && !/HH/.test(pattern))
    flaw(`${at}/pattern`, 'NOT_ALLOWED', 'has no time of day, the field is a time');
  if (kind === 'date' && offset !== undefined) flaw(`${at}/offset`, 'IN_VAIN', 'a date has no offset');
}

/** What a percentage is taken of is an amount of the form, filled, and itself not a percentage; both stand in every application. */
function checkShare({ field: { of }, at, to }: Placed, filled: ReadonlyMap<string, Placed>, flaw: Flaw): void {
  if (of === undefined) return;
  const base = filled.get(of);
  if (TARGETS.get(targetPattern(of))?.kind !== 'fen')
    flaw(`${at}/of`, 'UNKNOWN_TARGET', `${of} is no amount of the application form`);
  else if (groupOf(of) !== '' || groupOf(to) !== '')
    flaw(`${at}/of`, 'NOT_ALLOWED', 'percentages are only for amounts that every application has');
  else if (base === undefined) flaw(`${at}/of`, 'UNFILLED', `nothing fills ${of}`);
  else if (base.field.of !== undefined) flaw(`${at}/of`, 'NOT_ALLOWED', `${of} is itself a percentage`);
}

/** Every required field of the form, and of every list element and optional object the format builds. */
function checkRequired(format: PartnerFormat, filled: readonly string[], flaw: Flaw): void {
  const built = new Set(filled.map(groupOf));
  built.add('');
  for (const group of built) {
    const pattern = targetPattern(group);
    for (const target of TARGETS.values()) {
      if (!target.required || target.group !== pattern) continue;
      const pointer = group + target.pointer.slice(pattern.length);
      if (!filled.includes(pointer))
        flaw('/fields', 'REQUIRED', `nothing fills ${pointer}, which the application form demands`);
    }
  }
  for (const list of TARGET_LISTS.values()) {
    const isFilled = filled.some((pointer) => pointer.startsWith(`${list.pointer}/`));
    if (list.required && !isFilled && !format.lists?.some(({ to }) => to === list.pointer))
      flaw('/fields', 'REQUIRED', `nothing fills ${list.pointer}, which the application form demands`);
  }
}

/** The list element or optional object a pointer lies in: `/guarantors/0` of `/guarantors/0/name`. */
export function groupOf(pointer: string): string {
  const group = TARGETS.get(targetPattern(pointer))?.group ?? '';
  return pointer.split('/').slice(0, group.split('/').length).join('/');
}

function checkIndexes(filled: readonly string[], flaw: Flaw): void {
  const indexes = new Map<string, Set<number>>();
  for (const pointer of filled) {
    const match = /^(.*)\/(\d+)\//.exec(pointer);
    if (match !== null) indexes.set(match[1]!, (indexes.get(match[1]!) ?? new Set()).add(Number(match[2])));
  }
  for (const [list, used] of indexes) {
    const { maxItems } = TARGET_LISTS.get(list)!;
    if (used.size > maxItems) flaw('/fields', 'TOO_MANY', `${list} has ${maxItems} elements at most`);
    for (let n = 0; n < used.size; n++)
      if (!used.has(n))
        flaw('/fields', 'GAP', `elements of ${list} are numbered from 0 without a gap: ${n} is missing`);
  }
}

/** Every list leads to values of its targets, to all of them or to those it does not name as unused, and is used. */
function checkCodeLists(format: PartnerFormat, placed: readonly Placed[], flaw: Flaw): void {
  for (const [name, { values, otherwise, unused = [] }] of Object.entries(format.codes ?? {})) {
    const at = `/codes/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const reached = new Set([...Object.values(values), ...(otherwise === undefined ? [] : [otherwise])]);
    const users = placed.filter(({ field }) => field.codes === name);
    if (users.length === 0) flaw(at, 'IN_VAIN', 'no field uses it');
    if (reached.size === 0) flaw(at, 'EMPTY', 'has neither a code nor a default');
    for (const { to } of users) {
      const target = TARGETS.get(targetPattern(to));
      if (target === undefined) continue;
      for (const value of reached)
        if (!fits(target, value)) flaw(at, 'NOT_ALLOWED', `${value} is not a value of ${to}`);
      for (const choice of target.choices) {
        if (!reached.has(choice) && !unused.includes(choice))
          flaw(at, 'NOT_TOTAL', `no code becomes ${choice} of ${to}: add it, or name it under unused`);
        if (reached.has(choice) && unused.includes(choice))
          flaw(`${at}/unused`, 'NOT_ALLOWED', `a code becomes ${choice}`);
      }
    }
  }
}

/** In JSON sources are pointers; nothing is both used and ignored, no two ignored twice. */
function checkSources({ input, lists = [] }: PartnerFormat, placed: readonly Placed[], flaw: Flaw): void {
  const ignored = new Set(input.ignored ?? []);
  const inJson = (source: string, at: string): void => {
    if (input.kind === 'json' && !/^(\/([^~/]|~[01])+)+$/.test(source))
      flaw(at, 'FORM', `${source} is no JSON pointer: /客户/姓名`);
  };
  for (const { field, at } of placed)
    for (const source of sourcesOf(field)) {
      inJson(source, at);
      if (ignored.has(source)) flaw(at, 'IGNORED', `${source} stands under ignored too`);
    }
  lists.forEach(({ each }, n) => inJson(each, `/lists/${n}/each`));
  (input.ignored ?? []).forEach((source, n) => inJson(source, `/input/ignored/${n}`));
  if (input.kind === 'csv') {
    const used = new Set(placed.flatMap(({ field }) => sourcesOf(field)));
    (input.optional ?? []).forEach((column, n) => {
      if (!used.has(column)) flaw(`/input/optional/${n}`, 'IN_VAIN', `no field uses the column ${column}`);
    });
  }
}

const ajv = new Ajv({ strict: false });
addFormats.default(ajv, { mode: 'full', formats: ['date', 'date-time'] });
const validators = new Map<string, ValidateFunction>();

/** Whether a value may stand in a field of the form. */
function fits({ pointer, schema }: Target, value: string | number): boolean {
  let validate = validators.get(pointer);
  if (validate === undefined) validators.set(pointer, (validate = ajv.compile(schema)));
  return validate(value);
}
