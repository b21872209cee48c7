import { describe, expect, it } from '@jest/globals';
import { consentProblem } from './consent.ts';

const at = (consent: Partial<{ purpose: string; version: string; at: string }>): { consent: { purpose: string; version: string; at: string }; requestedAt: string } => ({
  requestedAt: '2026-11-23T10:00:00.000Z',
  consent: { purpose: 'credit-report', version: '2026-01', at: '2026-11-20T10:00:00+08:00', ...consent },
});

describe('consent to an enquiry', () => {
  it('covers it when given for the purpose, with a version, before the request and not too long ago', () => {
    expect(consentProblem(at({}), 90)).toBeUndefined();
    expect(consentProblem(at({ at: '2026-08-25T10:00:00.000Z' }), 90)).toBeUndefined();
  });

  it.each([
    ['another purpose', { purpose: 'marketing' }, 'CONSENT_MISSING'],
    ['no version', { version: '' }, 'CONSENT_MISSING'],
    ['after the request', { at: '2026-11-23T10:00:00.001Z' }, 'CONSENT_MISSING'],
    ['not a time', { at: 'yesterday' }, 'CONSENT_MISSING'],
    ['too long ago', { at: '2026-08-25T09:59:59.999Z' }, 'CONSENT_EXPIRED'],
  ])('does not: %s', (_what, consent, code) => {
    expect(consentProblem(at(consent), 90)?.code).toBe(code);
  });
});
