import { describe, expect, it } from '@jest/globals';
import { formatValue, linkOf } from './settings.ts';

describe('links of cards', () => {
  it('fill columns and filters, encode them, and leave out what has no value', () => {
    const row = { partner_id: 'dealer-east', outcome: 'A&B' };
    expect(
      linkOf(
        '/applications?partner={{partner_id}}&outcome={{outcome}}&date={{filter:date}}&region={{filter:region}}',
        row,
        { date: 'past29days~', region: null },
      ),
    ).toBe('/applications?partner=dealer-east&outcome=A%26B&date=past29days%7E');
    expect(linkOf('/applications/{{id}}', { id: 'a/b' }, {})).toBe('/applications/a%2Fb');
    expect(linkOf('/applications?region={{filter:region}}', {}, { region: ['11', '31'] })).toBe(
      '/applications?region=11&region=31',
    );
  });
});

describe('figures', () => {
  it.each([
    [123456, { scale: 0.01, decimals: 2 }, 'zh-CN', false, '1,234.56'],
    [3385200000000, { scale: 0.01, decimals: 2 }, 'zh-CN', true, '338.52 亿'],
    [3385200000, { scale: 0.01, decimals: 2 }, 'zh-CN', true, '3,385.2 万'],
    [3385200000, { scale: 0.01, decimals: 2 }, 'en', true, '33.85 M'],
    [0.5989, { number_style: 'percent', decimals: 1 }, 'zh-CN', false, '59.9%'],
    [null, {}, 'zh-CN', false, '—'],
    [0, { decimals: 0 }, 'zh-CN', false, '0'],
  ] as const)('%p as %p in %s', (value, column, language, short, shown) => {
    expect(formatValue(value, column, language, short)).toBe(shown);
  });
});
