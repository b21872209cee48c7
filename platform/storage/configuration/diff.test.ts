import { describe, expect, it } from '@jest/globals';
import { configDiff, type ConfigChange } from './diff.ts';

describe('configDiff', () => {
  it.each<[string, unknown, unknown, ConfigChange[]]>([
    ['nothing', { a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }, []],
    ['a value', { a: { b: '0.85' } }, { a: { b: '0.80' } }, [{ path: '/a/b', before: '0.85', after: '0.80' }]],
    [
      'what is new and what is gone',
      { a: 1 },
      { b: null },
      [
        { path: '/a', before: 1 },
        { path: '/b', after: null },
      ],
    ],
    [
      'a list of scalars, as a whole',
      { a: ['71', '81'] },
      { a: ['71'] },
      [{ path: '/a', before: ['71', '81'], after: ['71'] }],
    ],
    [
      'entries by their names, wherever they stand',
      {
        p: [
          { code: 'A', r: 1 },
          { code: 'B', r: 2 },
        ],
      },
      {
        p: [
          { code: 'C', r: 4 },
          { code: 'B', r: 3 },
        ],
      },
      [
        { path: '/p/A', before: { code: 'A', r: 1 } },
        { path: '/p/B/r', before: 2, after: 3 },
        { path: '/p/C', after: { code: 'C', r: 4 } },
      ],
    ],
    [
      'entries without names, as a whole',
      { b: [{ from: 0 }] },
      { b: [{ from: 1 }] },
      [{ path: '/b', before: [{ from: 0 }], after: [{ from: 1 }] }],
    ],
    [
      'a name that comes twice, as a whole',
      {
        b: [
          { name: 'x', v: 1 },
          { name: 'x', v: 2 },
        ],
      },
      { b: [{ name: 'x', v: 1 }] },
      [
        {
          path: '/b',
          before: [
            { name: 'x', v: 1 },
            { name: 'x', v: 2 },
          ],
          after: [{ name: 'x', v: 1 }],
        },
      ],
    ],
    ['another kind of value', { a: { b: 1 } }, { a: [1] }, [{ path: '/a', before: { b: 1 }, after: [1] }]],
    ['everything', 1, 2, [{ path: '/', before: 1, after: 2 }]],
  ])('finds %s', (_what, before, after, changes) => {
    expect(configDiff(before, after)).toEqual(changes);
  });
});
