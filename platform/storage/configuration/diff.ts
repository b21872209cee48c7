/** One place two versions differ in; undefined: it is not there. */
export interface ConfigChange {
  /** Steps from the top, joined by `/`; an entry of a list that has a name goes by its name: `/products/NEW-ANNUITY/annualRate`. */
  path: string;
  before?: unknown;
  after?: unknown;
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What names an entry of a list. */
const NAMES = ['code', 'name', 'grade', 'list'] as const;

/** Every place in which `after` differs from `before`, in the order of `before`, then what is new. Pure. */
export function configDiff(before: unknown, after: unknown, path = ''): ConfigChange[] {
  if (isObject(before) && isObject(after)) return diffObjects(before, after, path);
  if (Array.isArray(before) && Array.isArray(after)) {
    const [was, is] = [named(before), named(after)];
    if (was !== undefined && is !== undefined) return diffObjects(was, is, path);
  }
  return JSON.stringify(sorted(before)) === JSON.stringify(sorted(after))
    ? []
    : [{ path: path || '/', ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

function diffObjects(before: Json, after: Json, path: string): ConfigChange[] {
  const keys = [...Object.keys(before), ...Object.keys(after).filter((key) => !(key in before))];
  return keys.flatMap((key) => configDiff(before[key], after[key], `${path}/${key}`));
}

/** The entries of a list by their names; undefined when they have none, or not each its own. */
function named(list: readonly unknown[]): Json | undefined {
  if (!list.every(isObject)) return undefined;
  const name = NAMES.find((candidate) => list.every((entry) => typeof entry[candidate] === 'string'));
  if (name === undefined) return undefined;
  const entries = Object.fromEntries(list.map((entry) => [String(entry[name]), entry]));
  return Object.keys(entries).length === list.length ? entries : undefined;
}

/** The value with the properties of its objects in one order: their order means nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
