import { InvalidInputError } from '../../platform/kernel/errors.ts';
import { dateRangeOf, type WarehouseQuery } from '../../platform/edge/warehouse-query/index.ts';
import type { ParameterValue, TemplateTag } from './representations.ts';

export type Node = { kind: 'text'; text: string } | { kind: 'tag'; name: string } | { kind: 'optional'; nodes: Node[] };

/** Metabase's template syntax: `{{tag}}` and optional clauses `[[ … {{tag}} … ]]`. Throws on what is not closed. */
export function parseTemplate(sql: string): Node[] {
  const root: Node[] = [];
  let target = root;
  let at = 0;
  const pattern = /\[\[|\]\]|\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}|\{\{/g;
  for (let match = pattern.exec(sql); match !== null; match = pattern.exec(sql)) {
    if (match[0] === ']]' && target === root) continue;
    if (match.index > at) target.push({ kind: 'text', text: sql.slice(at, match.index) });
    at = match.index + match[0].length;
    if (match[1] !== undefined) target.push({ kind: 'tag', name: match[1] });
    else if (match[0] === '[[') {
      if (target !== root) throw new Error('an optional clause [[ … ]] cannot hold another');
      const nodes: Node[] = [];
      root.push({ kind: 'optional', nodes });
      target = nodes;
    } else if (match[0] === ']]') target = root;
    else throw new Error(`a tag is not closed: ${sql.slice(match.index, match.index + 30)}`);
  }
  if (target !== root) throw new Error('an optional clause [[ … is not closed');
  if (at < sql.length) root.push({ kind: 'text', text: sql.slice(at) });
  return root;
}

/** Names of all tags of a template, in order of appearance. */
export function tagNames(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) =>
    node.kind === 'tag' ? [node.name] : node.kind === 'optional' ? tagNames(node.nodes) : [],
  );
}

function empty(value: ParameterValue | undefined): value is null | undefined {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

function wrong(tag: TemplateTag, detail: string): InvalidInputError {
  return new InvalidInputError('A filter cannot be applied', [
    { pointer: `/parameters/${tag.name}`, code: 'WRONG_VALUE', detail },
  ]);
}

const columnOf = (tag: TemplateTag): string => {
  const field = tag.dimension?.[2];
  const column = tag.alias ?? (typeof field === 'string' ? field : (field?.at(-1) ?? ''));
  return column
    .split('.')
    .map((part) => `\`${part.replace(/[`\\]/g, '')}\``)
    .join('.');
};

const listOf = (value: ParameterValue): (string | number | boolean)[] =>
  Array.isArray(value) ? [...(value as readonly (string | number)[])] : [value as string | number | boolean];

/** The condition of a field filter: the column of the tag against its value, by the kind of widget. */
function fieldFilter(
  tag: TemplateTag,
  value: ParameterValue,
  today: string,
  bind: (suffix: string, type: string, value: unknown) => string,
): string {
  const column = columnOf(tag);
  const widget = tag['widget-type'] ?? 'string/=';
  if (widget.startsWith('date/')) {
    const range = typeof value === 'string' ? dateRangeOf(value, today) : undefined;
    if (range === undefined) throw wrong(tag, 'A date filter is a date, from~to, or a period such as past30days~');
    const from = range.from === undefined ? [] : [`${column} >= ${bind('from', 'Date', range.from)}`];
    const to = range.to === undefined ? [] : [`${column} <= ${bind('to', 'Date', range.to)}`];
    return [...from, ...to].join(' AND ');
  }
  const list = listOf(value);
  if (widget.startsWith('number/')) {
    const numbers = list.map(Number);
    if (numbers.some((number) => !Number.isFinite(number))) throw wrong(tag, 'A number is expected');
    if (widget === 'number/=') return `${column} IN ${bind('in', 'Array(Float64)', numbers)}`;
    if (widget === 'number/!=') return `${column} NOT IN ${bind('in', 'Array(Float64)', numbers)}`;
    if (widget === 'number/>=') return `${column} >= ${bind('from', 'Float64', numbers[0])}`;
    if (widget === 'number/<=') return `${column} <= ${bind('to', 'Float64', numbers[0])}`;
    if (widget === 'number/between' && numbers.length === 2)
      return `${column} BETWEEN ${bind('from', 'Float64', numbers[0])} AND ${bind('to', 'Float64', numbers[1])}`;
    throw wrong(tag, `The filter ${widget} is not supported`);
  }
  const texts = list.map(String);
  if (widget === 'string/=' || widget === 'category') return `${column} IN ${bind('in', 'Array(String)', texts)}`;
  if (widget === 'string/!=') return `${column} NOT IN ${bind('in', 'Array(String)', texts)}`;
  if (widget === 'string/contains')
    return `positionCaseInsensitiveUTF8(${column}, ${bind('part', 'String', texts[0])}) > 0`;
  if (widget === 'string/starts-with') return `startsWith(${column}, ${bind('part', 'String', texts[0])})`;
  if (widget === 'string/ends-with') return `endsWith(${column}, ${bind('part', 'String', texts[0])})`;
  throw wrong(tag, `The filter ${widget} is not supported`);
}

/**
 * Fills a native query's template. `values` are by tag name, `today` is the business date that relative periods count from.
 * A field filter without a value is true; an optional clause falls away unless all its tags have one. Throws
 * InvalidInputError for a value that does not fit its tag or is missing.
 */
export function compileTemplate(
  sql: string,
  tags: readonly TemplateTag[],
  values: Readonly<Record<string, ParameterValue | undefined>>,
  today: string,
): WarehouseQuery {
  const params: Record<string, unknown> = {};
  const tagOf = (name: string): TemplateTag => {
    const tag = tags.find((candidate) => candidate.name === name);
    if (tag === undefined) throw new Error(`the query uses {{${name}}}, which template-tags does not declare`);
    return tag;
  };
  const valueOf = (tag: TemplateTag): ParameterValue | undefined =>
    empty(values[tag.name]) ? tag.default : values[tag.name];

  function substitute(name: string): string {
    const tag = tagOf(name);
    const value = valueOf(tag);
    const bind = (suffix: string, type: string, bound: unknown): string => {
      const parameter = `tag_${name.replace(/[^A-Za-z0-9_]/g, '_')}_${suffix}`;
      params[parameter] = bound;
      return `{${parameter}:${type}}`;
    };
    if (tag.type === 'boolean') return value === false || value === 'false' ? '1 <> 1' : '1 = 1';
    if (empty(value)) {
      if (tag.type === 'dimension') return '1 = 1';
      throw wrong(tag, `${tag['display-name'] ?? name} needs a value`);
    }
    const single = listOf(value)[0];
    switch (tag.type) {
      case 'dimension':
        return fieldFilter(tag, value, today, bind);
      case 'text':
        return bind('is', 'String', String(single));
      case 'number':
        if (!Number.isFinite(Number(single))) throw wrong(tag, 'A number is expected');
        return bind('is', Number.isSafeInteger(Number(single)) ? 'Int64' : 'Float64', Number(single));
      case 'date':
        if (dateRangeOf(String(single), today)?.from === undefined) throw wrong(tag, 'A date is expected');
        return bind('is', 'Date', dateRangeOf(String(single), today)?.from);
      default:
        throw new Error(`the viewer does not draw template tags of type ${tag.type}`);
    }
  }

  const render = (nodes: readonly Node[]): string =>
    nodes
      .map((node) => {
        if (node.kind === 'text') return node.text;
        if (node.kind === 'tag') return substitute(node.name);
        return tagNames(node.nodes).every((name) => !empty(valueOf(tagOf(name)))) ? render(node.nodes) : '';
      })
      .join('');
  return { sql: render(parseTemplate(sql)), params };
}
