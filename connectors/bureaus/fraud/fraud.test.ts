import { describe, expect, it } from '@jest/globals';
import { fraudRecords } from '../sandbox/fraud-records.ts';
import { readListing } from './answer.ts';
import { areSigned, decryptData, encryptData, signParameters, sm3 } from './wire.ts';

describe('how the fraud list is spoken to', () => {
  // SM3 of GB/T 32905 (docs/domain.md §7).
  it('names persons by SM3', () => {
    expect(sm3('abc')).toBe('66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0');
  });

  it('signs parameters by name, without empty ones, and tells a change', () => {
    const parameters = { b: '2', a: '1', empty: '' };
    const sign = signParameters('key', parameters);
    expect(sign).toMatch(/^[0-9A-F]{64}$/);
    expect(signParameters('key', { a: '1', b: '2' })).toBe(sign);
    expect(areSigned('key', { ...parameters, sign })).toBe(true);
    for (const changed of [
      { ...parameters, a: '2', sign },
      { ...parameters, sign: sign.toLowerCase() },
      { ...parameters, sign: '' },
      parameters,
    ])
      expect(areSigned('key', changed)).toBe(false);
    expect(areSigned('another', { ...parameters, sign })).toBe(false);
  });

  it('encrypts data under a fresh IV and opens them by the key only', () => {
    const key = '0123456789abcdeffedcba9876543210';
    expect(encryptData(key, '张三')).not.toBe(encryptData(key, '张三'));
    expect(decryptData(key, encryptData(key, '张三'))).toBe('张三');
    expect(() => decryptData('ff23456789abcdeffedcba9876543210', encryptData(key, 'x'.repeat(64)))).toThrow();
  });
});

describe('what the fraud list says', () => {
  const answer = (records: object[], change: object = {}) => ({
    biz_id: 'r-1',
    query_no: 'Q1',
    query_time: '2026-11-23 10:00:00',
    fee: '0.50',
    records,
    ...change,
  });
  const record = (grade: string, reason = 'R02') => ({ list: 'L01', reason, grade, date: '20250131' });

  it.each([
    ['nothing', [], 'none'],
    ['a suspicion', [record('C')], 'suspected'],
    ['another', [record('B'), record('C')], 'suspected'],
    ['one that is sure', [record('C'), record('A')], 'confirmed'],
  ])('%s', (_what, records, level) => {
    expect(readListing(answer(records), 'r-1')).toMatchObject({
      outcome: 'report',
      chargedFen: 50,
      answeredAt: '2026-11-23T10:00:00+08:00',
      listing: { level },
    });
  });

  it('names reasons as the hub does, and keeps one it does not know', () => {
    expect(readListing(answer([record('A', 'R05'), record('B', 'X9')]), 'r-1').listing!.hits).toEqual([
      { list: 'L01', category: 'court-defaulter', level: 'confirmed', listedOn: '2025-01-31' },
      { list: 'L01', category: 'X9', level: 'suspected', listedOn: '2025-01-31' },
    ]);
  });

  it.each([
    ['another enquiry', answer([], { biz_id: 'r-2' }), { code: 'ANSWER_MISMATCH' }],
    [
      'a day that is none',
      answer([{ ...record('A'), date: '20250230' }]),
      { code: 'ANSWER_FIELD', details: { pointer: '/records/0/date' } },
    ],
    [
      'a grade it does not know',
      answer([record('D')]),
      { code: 'ANSWER_FIELD', details: { pointer: '/records/0/grade' } },
    ],
    ['a fee in another form', answer([], { fee: '0.5' }), { code: 'ANSWER_FIELD', details: { pointer: '/fee' } }],
    ['no fee', { ...answer([]), fee: undefined }, { code: 'ANSWER_FIELD', details: { pointer: '/fee' } }],
  ])('refuses %s', (_what, given, error) => {
    expect(() => readListing(given, 'r-1')).toThrow(expect.objectContaining(error));
  });
});

describe('the sandbox’s list', () => {
  it('holds about two persons in a hundred, the same each time', () => {
    const digests = Array.from({ length: 20_000 }, (_, index) => sm3(`id-${index}`));
    const listed = digests.map((digest) => fraudRecords(1, digest));
    const share = (test: (records: ReturnType<typeof fraudRecords>) => boolean): number =>
      listed.filter(test).length / listed.length;
    expect(Math.abs(share((records) => records.length > 0) - 0.018)).toBeLessThan(0.003);
    expect(Math.abs(share((records) => records.some(({ grade }) => grade === 'A')) - 0.006)).toBeLessThan(0.002);
    expect(fraudRecords(1, digests[7]!)).toEqual(listed[7]);
    expect(digests.slice(0, 2_000).map((digest) => fraudRecords(2, digest))).not.toEqual(listed.slice(0, 2_000));
  });
});
