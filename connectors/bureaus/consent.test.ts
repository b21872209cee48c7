import { describe, expect, it } from '@jest/globals';
import { consentProblem } from './consent.ts';

const PURPOSES = ['credit-report'];
const at = (
  consent: Partial<{ purpose: string; version: string; at: string }>,
): { consent: { purpose: string; version: string; at: string }; requestedAt: string } => ({
  requestedAt: '2026-11-23T10:00:00.000Z',
  consent: { purpose: 'credit-report', version: '2026-01', at: '2026-11-20T10:00:00+08:00', ...consent },
});

describe('consent to an enquiry', () => {
  it('covers it when given for the purpose, with a version, before the request and not too long ago', () => {
    expect(consentProblem(at({}), PURPOSES, 90)).toBeUndefined();
    expect(consentProblem(at({ at: '2026-08-25T10:00:00.000Z' }), PURPOSES, 90)).toBeUndefined();
  });

  it.each([
    ['another purpose', { purpose: 'marketing' }, 'CONSENT_MISSING'],
    ['no version', { version: '' }, 'CONSENT_MISSING'],
    ['after the request', { at: '2026-11-23T10:00:00.001Z' }, 'CONSENT_MISSING'],
    ['not a time', { at: 'yesterday' }, 'CONSENT_MISSING'],
    ['too long ago', { at: '2026-08-25T09:59:59.999Z' }, 'CONSENT_EXPIRED'],
  ])('does not: %s', (_what, consent, code) => {
    expect(consentProblem(at(consent), PURPOSES, 90)?.code).toBe(code);
  });

  it('asks for the purpose the policy names, where the bureau may be asked under it', () => {
    const both = ['credit-report', 'fraud-check'];
    const asked = (purpose: string, given: string) => ({ ...at({ purpose: given }), requiredPurpose: purpose });
    expect(consentProblem(asked('fraud-check', 'fraud-check'), both, 90)).toBeUndefined();
    expect(consentProblem(asked('fraud-check', 'credit-report'), both, 90)?.code).toBe('CONSENT_MISSING');
    expect(consentProblem(asked('credit-report', 'fraud-check'), both, 90)?.code).toBe('CONSENT_MISSING');
    expect(consentProblem(asked('marketing', 'marketing'), both, 90)?.code).toBe('CONSENT_MISSING');
    expect(consentProblem(asked('fraud-check', 'fraud-check'), PURPOSES, 90)?.code).toBe('CONSENT_MISSING');
  });
});
