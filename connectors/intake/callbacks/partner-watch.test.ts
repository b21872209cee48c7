import { beforeEach, describe, expect, it } from '@jest/globals';
import { RetriableError } from '../../contract.ts';
import { PartnerWatch } from './partner-watch.ts';

const PATIENCE = 10_000;
let now = 0;
let watch: PartnerWatch;
beforeEach(() => {
  now = 1_000;
  watch = new PartnerWatch(
    () => now,
    PATIENCE,
    () => 0.5,
  );
});

const fails =
  (code = 'PARTNER_FAILURE', details = {}) =>
  async (): Promise<void> => {
    throw new RetriableError(code, 'no', { countsTowardBreaker: false, details });
  };
let calls = 0;
const answers = async (): Promise<void> => void (calls += 1);
const codeOf = (partner: string, id: string, work: () => Promise<void>): Promise<unknown> =>
  watch.attempt(partner, id, work).then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );

describe('the watch over partners', () => {
  it('keeps an outage of one from being hammered, and from the others', async () => {
    for (let n = 0; n < 5; n++) expect(await codeOf('down', `c-${n}`, fails())).toBe('PARTNER_FAILURE');
    calls = 0;
    expect(await codeOf('down', 'c-9', answers)).toBe('PARTNER_WAITS');
    expect(calls).toBe(0);
    expect(await codeOf('well', 'w-1', answers)).toBe('ok');
    expect(watch.failing()).toEqual(['down']);
    now += 500;
    expect(await codeOf('down', 'c-9', answers)).toBe('ok');
    expect(watch.problem()).toBeUndefined();
  });

  it('opens at once when the signature is not accepted, and for as long as the partner asks', async () => {
    expect(await codeOf('new-key', 'c-1', fails('SIGN_IN_REFUSED'))).toBe('SIGN_IN_REFUSED');
    expect(await codeOf('new-key', 'c-1', answers)).toBe('PARTNER_WAITS');
    expect(watch.problem()).toBe('new-key: SIGN_IN_REFUSED');
    expect(await codeOf('busy', 'c-2', fails('RATE_LIMITED', { retryAfterMs: 3_000 }))).toBe('RATE_LIMITED');
    now += 2_999;
    expect(await codeOf('busy', 'c-2', answers)).toBe('PARTNER_WAITS');
    now += 1;
    expect(await codeOf('busy', 'c-2', answers)).toBe('ok');
  });

  it('gives a callback up once patience is over, and not a moment sooner', async () => {
    expect(await codeOf('down', 'c-1', fails())).toBe('PARTNER_FAILURE');
    now += PATIENCE - 1;
    expect(await codeOf('down', 'c-1', fails())).toBe('PARTNER_FAILURE');
    now += 1;
    expect(await codeOf('down', 'c-1', fails())).toBe('CALLBACK_UNDELIVERED');
  });

  it('lets nothing wait for a partner that has been away that long, and hears when it is back', async () => {
    for (let n = 0; n < 5; n++) await codeOf('down', `c-${n}`, fails());
    now += PATIENCE;
    expect(await codeOf('down', 'late-1', fails())).toBe('CALLBACK_UNDELIVERED');
    expect(await codeOf('down', 'late-2', answers)).toBe('CALLBACK_UNDELIVERED');
    now += 60_000;
    expect(await codeOf('down', 'late-3', answers)).toBe('ok');
    expect(await codeOf('down', 'late-4', fails())).toBe('PARTNER_FAILURE');
  });
});
