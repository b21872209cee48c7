import { createHash } from 'node:crypto';
import { addDays } from '../../../models/reference/dates.ts';

/** Shares of persons on a list with certainty and on suspicion. Practice tells of about one in a hundred among applicants. */
const CONFIRMED_SHARE = 0.006;
const SUSPECTED_SHARE = 0.012;
const LISTS = ['L01', 'L02', 'L03'] as const;
const REASONS = ['R01', 'R02', 'R03', 'R04', 'R05'] as const;
const FIRST_DAY = '2023-01-01';
const DAYS = 1_000;

export interface FraudRecord {
  list: string;
  reason: string;
  grade: 'A' | 'B' | 'C';
  /** yyyyMMdd */
  date: string;
}

/** What the sandbox's list holds of a person, known by the SM3 of the ID number: always the same for the same seed. */
export function fraudRecords(seed: number, idDigest: string): FraudRecord[] {
  const digest = createHash('sha256').update(`${seed}:fraud:${idDigest}`).digest();
  const uniform = digest.readUInt32BE(0) / 2 ** 32;
  if (uniform >= CONFIRMED_SHARE + SUSPECTED_SHARE) return [];
  const record = (at: number, grade: FraudRecord['grade']): FraudRecord => ({
    list: LISTS[digest[at]! % LISTS.length]!,
    reason: REASONS[digest[at + 1]! % REASONS.length]!,
    grade,
    date: addDays(FIRST_DAY, digest.readUInt16BE(at + 2) % DAYS).replaceAll('-', ''),
  });
  const first = record(4, uniform < CONFIRMED_SHARE ? 'A' : digest[8]! % 2 === 0 ? 'B' : 'C');
  // One in four stands on a second list, there on suspicion.
  return digest[9]! % 4 === 0 ? [first, record(10, 'C')] : [first];
}
