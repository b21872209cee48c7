import { describe, expect, it } from '@jest/globals';
import { rowAsJson } from './row-as-json.ts';

describe('a row as JSON', () => {
  it.each([
    ['plain', ['1', '张三', '']],
    ['escaped', ['a"b', 'back\\slash', 'line\nend']],
    ['beyond the basic plane, and half of it', ['𠮷', '\ud842', '\u2028\u007f']],
  ])('%s is what JSON.stringify writes', (_what, cells) => {
    const columns = ['no', '姓名', 'a "column"'];
    const object = Object.fromEntries(columns.map((column, index) => [column, cells[index]]));
    expect(rowAsJson(columns, cells)).toBe(JSON.stringify(object));
  });
});
