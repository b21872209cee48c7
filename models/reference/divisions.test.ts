import { describe, expect, it } from '@jest/globals';
import { divisionOf, divisions } from './divisions.ts';

describe('administrative divisions', () => {
  it.each([
    ['110105', '朝阳区', null, '北京市', true],
    ['440305', '南山区', '深圳市', '广东省', true],
    ['440300', '深圳市', null, '广东省', true],
    ['810000', '香港特别行政区', null, '香港特别行政区', true],
    ['330103', '下城区', '杭州市', '浙江省', false],
    ['441900', '东莞市', null, '广东省', true],
  ])('%s is %s', (code, name, city, province, current) => {
    expect(divisionOf(code)).toMatchObject({ name, city, province, current });
  });

  it('an unknown code is none', () => {
    expect(divisionOf('999999')).toBeNull();
  });

  it('every division lies in a province, and there are as many as China has', () => {
    const all = [...divisions()];
    expect(all.filter(({ province }) => province === '')).toEqual([]);
    expect(all.filter(({ level }) => level === 'province')).toHaveLength(34);
    expect(all.filter(({ level, current }) => level === 'district' && current).length).toBeGreaterThan(2800);
  });
});
