import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TemplateTag } from './representations.ts';
import { compileTemplate, parseTemplate, tagNames } from './template-tags.ts';

const TODAY = '2026-11-24';
const field = (name: string, widget: string): TemplateTag => ({
  type: 'dimension',
  name,
  id: '1',
  'widget-type': widget,
  dimension: ['field', {}, ['db', 'hub', 'mart', name]],
});
const text: TemplateTag = { type: 'text', name: 'who', id: '2' };

describe('template tags', () => {
  it('keeps what surrounds tags and optional clauses', () => {
    const nodes = parseTemplate('SELECT a[1] FROM t WHERE {{ x }} [[AND b = {{y}}]] LIMIT 1');
    expect(tagNames(nodes)).toEqual(['x', 'y']);
    expect(nodes.at(-1)).toEqual({ kind: 'text', text: ' LIMIT 1' });
  });

  it.each(['a [[ b', 'a {{ b', '[[ a [[ b ]] ]]'])('refuses %s', (sql) => {
    expect(() => parseTemplate(sql)).toThrow();
  });

  it('makes a field filter without a value true, and an optional clause without one nothing', () => {
    expect(
      compileTemplate('WHERE {{region}} [[AND who = {{who}}]]', [field('region', 'string/='), text], {}, TODAY),
    ).toEqual({ sql: 'WHERE 1 = 1 ', params: {} });
    expect(
      compileTemplate(
        'WHERE {{region}} [[AND who = {{who}}]]',
        [field('region', 'string/='), text],
        { region: [], who: '' },
        TODAY,
      ).params,
    ).toEqual({});
  });

  it('sends values beside the text with their types', () => {
    const tags = [
      field('region', 'string/='),
      field('day', 'date/all-options'),
      field('amount', 'number/between'),
      text,
    ];
    const values = { region: ['11', '31'], day: '2026-11-01~2026-11-05', amount: [1, 5], who: "o'neil" };
    expect(compileTemplate('{{region}} {{day}} {{amount}} [[{{who}}]]', tags, values, TODAY)).toEqual({
      sql: '`region` IN {tag_region_in:Array(String)} `day` >= {tag_day_from:Date} AND `day` <= {tag_day_to:Date} `amount` BETWEEN {tag_amount_from:Float64} AND {tag_amount_to:Float64} {tag_who_is:String}',
      params: {
        tag_region_in: ['11', '31'],
        tag_day_from: '2026-11-01',
        tag_day_to: '2026-11-05',
        tag_amount_from: 1,
        tag_amount_to: 5,
        tag_who_is: "o'neil",
      },
    });
  });

  it('writes booleans as conditions and uses defaults', () => {
    const tags: TemplateTag[] = [
      { type: 'boolean', name: 'open', id: '3', default: false },
      { ...text, default: 'x' },
    ];
    expect(compileTemplate('{{open}} {{who}}', tags, {}, TODAY)).toEqual({
      sql: '1 <> 1 {tag_who_is:String}',
      params: { tag_who_is: 'x' },
    });
    expect(compileTemplate('{{open}}', tags, { open: true }, TODAY).sql).toBe('1 = 1');
  });

  it('refuses a value that does not fit and a missing one', () => {
    expect(() => compileTemplate('{{day}}', [field('day', 'date/all-options')], { day: 'tomorrow' }, TODAY)).toThrow(
      /filter cannot be applied/,
    );
    expect(() => compileTemplate('{{who}}', [text], {}, TODAY)).toThrow(/filter cannot be applied/);
    expect(() => compileTemplate('{{n}}', [{ type: 'number', name: 'n', id: '4' }], { n: '1; DROP' }, TODAY)).toThrow(
      /filter cannot be applied/,
    );
  });

  it('never lets a value into the text', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), fc.string({ minLength: 1 }), (list, one) => {
        const { sql, params } = compileTemplate(
          '{{region}} AND {{who}}',
          [field('region', 'string/='), text],
          { region: list, who: one },
          TODAY,
        );
        expect(sql).toBe('`region` IN {tag_region_in:Array(String)} AND {tag_who_is:String}');
        expect(params).toEqual({ tag_region_in: list, tag_who_is: one });
      }),
    );
  });
});
