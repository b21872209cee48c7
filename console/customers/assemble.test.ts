import { describe, expect, it } from '@jest/globals';
import type { applicationDecided, DataOf } from '../../models/events/index.ts';
import type { Appearance } from './appearances.ts';
import { assembleCustomer, contactsOf, type Received } from './assemble.ts';
import type { LandedEvent } from './customer-events.ts';

const sealed = (text: string) => ({
  mask: `${text.slice(0, 1)}*`,
  hash: `hash of ${text}`,
  cipher: `cipher of ${text}`,
});
const identity = (personId: string, mobile = `${personId}-mobile`) => ({
  personId,
  name: sealed(personId),
  idNo: sealed(`${personId}-id`),
  mobile: sealed(mobile),
  birthDate: '1990-01-01',
  sex: 'F' as const,
  idRegion: '110105',
});

function received(
  n: number,
  applicant: ReturnType<typeof identity>,
  guarantors: ReturnType<typeof identity>[] = [],
  card: string | null = null,
  detail: string | null = null,
): Received {
  return {
    applicationId: `a${n}`,
    personId: applicant.personId,
    partnerId: 'dealer',
    partnerOrderNo: `D${n}`,
    channel: 'api',
    contentDigest: '',
    product: 'NEW-ANNUITY',
    receivedAt: `2026-11-0${n}T02:00:00.000Z`,
    businessDate: `2026-11-0${n}`,
    applicant: {
      ...applicant,
      monthlyIncomeFen: 1,
      monthlyDebtFen: 0,
      employer: null,
      address: { region: '110105', detail: detail === null ? null : sealed(detail) },
      consents: [{ purpose: 'credit-report', version: '1', at: `2026-11-0${n}T01:00:00Z` }],
    },
    guarantors,
    vehicle: {
      kind: 'new',
      use: 'own',
      energy: 'fuel',
      vin: 'LSVAA49J132012345',
      vinCheckDigitOk: true,
      priceFen: 2,
      listPriceFen: null,
      valuationFen: null,
      firstRegistered: null,
      mileageKm: null,
    },
    request: { amountFen: n * 100, termMonths: 12, method: 'ANNUITY', addOns: [] },
    bankCard: card === null ? null : { no: sealed(card), issuer: 'ICBC' },
  };
}

const landed = (type: string, data: { applicationId: string }, time: string): LandedEvent => ({
  eventId: `${type} ${data.applicationId}`,
  type,
  time,
  topic: type,
  partition: 0,
  offset: 0,
  key: data.applicationId,
  data,
});
const decided = (n: number, outcome: 'APPROVED' | 'REFERRED', decidedBy?: string): LandedEvent => {
  const data = {
    applicationId: `a${n}`,
    outcome,
    amountFen: outcome === 'APPROVED' ? 77 : 0,
    reasons: outcome === 'REFERRED' ? [{ code: 'DTI_CAP', detail: '' }] : [],
    decidedAt: `2026-11-0${n}T03:00:00.000Z`,
    decidedBy,
  } as unknown as DataOf<typeof applicationDecided>;
  return landed('review.application-decided', data, data.decidedAt);
};
const appearance = (n: number, role: Appearance['role']): Appearance => ({
  personId: 'anna',
  applicationId: `a${n}`,
  role,
  mobileHash: '',
  receivedAt: `2026-11-0${n}T02:00:00.000Z`,
});

const [anna, bert, carl] = [identity('anna'), identity('bert'), identity('carl')];
const applications = [
  received(1, anna, [bert], 'card-a', 'street'),
  received(2, carl, [anna]),
  received(3, identity('anna', 'new-mobile'), [], 'card-a', 'street'),
];
const events = [
  ...applications.map((data) => landed('intake.application-received', data, data.receivedAt)),
  decided(1, 'REFERRED'),
  decided(1, 'APPROVED', 'zhang'),
  decided(2, 'REFERRED'),
];
const idNumber = ({ cipher }: { cipher: string }): string => `mask of ${cipher}`;
const traces = {
  personId: 'anna',
  appearances: [appearance(3, 'applicant'), appearance(2, 'guarantor'), appearance(1, 'applicant')],
};

describe('a customer', () => {
  it('has each contact once, named in the order of first sight, with the ciphertext of the last', () => {
    expect(
      contactsOf('anna', applications).map(({ key, applications: count, cipher, lastSeenAt }) => [
        key,
        count,
        cipher,
        lastSeenAt.slice(0, 10),
      ]),
    ).toEqual([
      ['mobile-1', 2, 'cipher of anna-mobile', '2026-11-02'],
      ['address-1', 2, 'cipher of street', '2026-11-03'],
      ['card-1', 2, 'cipher of card-a', '2026-11-03'],
      ['mobile-2', 1, 'cipher of new-mobile', '2026-11-03'],
    ]);
    expect(contactsOf('bert', applications).map(({ key }) => key)).toEqual(['mobile-1']);
  });

  it('is put together newest first, from the last decision, both sides of a guarantee told', () => {
    const customer = assembleCustomer(
      { ...traces, erased: false },
      events,
      [],
      new Set(['anna', 'bert', 'carl']),
      idNumber,
    );
    expect(customer.person).toEqual({
      name: 'a*',
      idNo: 'mask of cipher of anna-id',
      mobile: 'n*',
      birthDate: '1990-**-**',
      sex: 'F',
      idRegion: '110105',
    });
    expect(
      customer.applications.map(({ applicationId, outcome, approvedAmountFen, decidedBy }) => [
        applicationId,
        outcome,
        approvedAmountFen,
        decidedBy,
      ]),
    ).toEqual([
      ['a3', 'PENDING', null, null],
      ['a1', 'APPROVED', 77, 'zhang'],
    ]);
    expect(customer.guarantors).toMatchObject([{ applicationId: 'a1', personId: 'bert' }]);
    expect(customer.guarantorOf).toMatchObject([
      { applicationId: 'a2', outcome: 'REFERRED', reasons: ['DTI_CAP'], applicant: { personId: 'carl', name: 'c*' } },
    ]);
    expect(customer.consents.map(({ applicationId }) => applicationId)).toEqual(['a3', 'a1']);
    expect(JSON.stringify(customer).replaceAll('mask of cipher', '')).not.toMatch(/cipher|hash/);
  });

  it('keeps its figures when erased, and tells of nobody: not of itself, not of others that are erased', () => {
    const customer = assembleCustomer({ ...traces, erased: true }, events, [], new Set(['bert', 'carl']), idNumber);
    expect(customer).toMatchObject({
      erased: true,
      person: null,
      contacts: [],
      guarantors: [],
      guarantorOf: [{ applicationId: 'a2', requestedAmountFen: 200, applicant: null }],
    });
    expect(customer.applications.map(({ requestedAmountFen }) => requestedAmountFen)).toEqual([300, 100]);
    expect(assembleCustomer({ ...traces, erased: false }, events, [], new Set(['anna']), idNumber).guarantors).toEqual(
      [],
    );
  });
});
