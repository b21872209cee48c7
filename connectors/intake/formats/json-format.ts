import type { PartnerFormat } from '../../../models/forms/partner-format.ts';
import { pointerToken } from '../../../platform/edge/http/index.ts';
import { compileElement, compileFields, type Mapped, type MappedError, sourceFor } from './compile-format.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the format knows at a place of the partner's document. */
type Known = Map<string, Known> | 'whole' | 'list';

/**
 * The mapping of a partner's JSON documents to the application form. Fields of the partner that the format neither uses nor ignores are errors,
 * as unknown fields of the form are. Pure.
 */
export function jsonMapping(format: PartnerFormat): (document: unknown) => Mapped {
  const lists = (format.lists ?? []).map((list) => ({
    ...list,
    read: reader(list.each),
    fill: compileElement(format, list.fields, list.to, reader),
    known: knownOf(list.fields.flatMap(({ from, concat }) => concat ?? from ?? [])),
  }));
  const map = compileFields(format, reader);
  const known = knownOf(
    format.fields.flatMap(({ from, concat }) => concat ?? from ?? []),
    format.input.ignored ?? [],
    lists.map(({ each }) => each),
  );
  return (document) => {
    if (!isObject(document))
      return {
        form: {},
        errors: [{ pointer: '', code: 'TYPE', detail: 'must be an object', source: '' }],
        sourceOf: () => undefined,
      };
    const mapped = map(document);
    const errors = [...unknownFields(document, known, ''), ...mapped.errors];
    for (const { to, each, read, fill, known: inElement } of lists) {
      const elements = read(document);
      if (elements === undefined || elements === null) put(mapped.form, to, []);
      else if (!Array.isArray(elements))
        errors.push({ pointer: to, code: 'TYPE', detail: 'must be a list', source: each });
      else {
        const made = elements.map((element: unknown, n): Json => {
          const into: Json = {};
          const own: MappedError[] = [];
          if (isObject(element)) {
            fill(element, into, own);
            own.push(...unknownFields(element, inElement, ''));
          } else own.push({ pointer: `${to}/*`, code: 'TYPE', detail: 'must be an object', source: '' });
          for (const error of own)
            errors.push({
              ...error,
              pointer: error.pointer.replace(`${to}/*`, `${to}/${n}`),
              source: `${each}/${n}${error.source}`,
            });
          return into;
        });
        put(mapped.form, to, made);
      }
    }
    const sourceOf = (pointer: string): string | undefined => {
      const list = lists.find(({ to }) => pointer === to || pointer.startsWith(`${to}/`));
      if (list === undefined) return mapped.sourceOf(pointer);
      const [, n, rest] = /^\/(\d+)(.*)$/.exec(pointer.slice(list.to.length)) ?? [];
      return n === undefined
        ? list.each
        : `${list.each}/${n}${(rest === '' ? undefined : sourceFor(list.fields, rest!)) ?? ''}`;
    };
    return { form: mapped.form, errors, sourceOf };
  };
}

function put(form: Json, pointer: string, value: unknown): void {
  const steps = pointer.slice(1).split('/');
  const holder = steps.slice(0, -1).reduce<Json>((here, step) => (here[step] ??= {}) as Json, form);
  holder[steps.at(-1)!] = value;
}

const stepsOf = (pointer: string): string[] =>
  pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** Reads what lies at a pointer; undefined when a step of it is not there. */
function reader(pointer: string): (document: Json) => unknown {
  const steps = stepsOf(pointer);
  return (document) => {
    let here: unknown = document;
    for (const step of steps) {
      if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
      here = (here as Json)[step];
    }
    return here;
  };
}

function knownOf(
  used: readonly string[],
  ignored: readonly string[] = [],
  lists: readonly string[] = [],
): Map<string, Known> {
  const root = new Map<string, Known>();
  const add = (pointer: string, leaf: 'whole' | 'list'): void => {
    const steps = stepsOf(pointer);
    let here = root;
    for (const step of steps.slice(0, -1)) {
      const next = here.get(step);
      if (typeof next === 'string') return;
      here = next ?? (here.set(step, new Map()).get(step) as Map<string, Known>);
    }
    here.set(steps.at(-1)!, leaf);
  };
  for (const pointer of used) add(pointer, 'whole');
  for (const pointer of lists) add(pointer, 'list');
  for (const pointer of ignored) add(pointer, 'whole');
  return root;
}

function unknownFields(value: Json | readonly unknown[], known: ReadonlyMap<string, Known>, at: string): MappedError[] {
  return Object.entries(value).flatMap(([name, inner]): MappedError[] => {
    const here = `${at}/${pointerToken(name)}`;
    const what = known.get(name);
    if (what === undefined)
      return [{ pointer: '', code: 'UNKNOWN_FIELD', detail: 'is not a field of this partner’s format', source: here }];
    if (typeof what === 'string' || inner === null) return [];
    if (typeof inner !== 'object') return [{ pointer: '', code: 'TYPE', detail: 'must be an object', source: here }];
    return unknownFields(inner as Json, what, here);
  });
}
