import { describe, expect, it } from '@jest/globals';
import { validateApplication } from '../../connectors/intake/api/single/validate-application.ts';
import { ageInFullYears } from '../../models/reference/dates.ts';
import { divisionOf } from '../../models/reference/divisions.ts';
import { validateResidentId } from '../../models/reference/identifiers/index.ts';
import { parseStrictJson } from '../../platform/edge/http/strict-json.ts';
import type { FieldError, InvalidInputError } from '../../platform/kernel/errors.ts';
import calibration from './calibration.json' with { type: 'json' };
import {
  type ApplicationBody,
  CALIBRATED_CAP,
  FLAWS,
  generateApplications,
  type GeneratedRequest,
  hub1Signature,
  KNOWN_CAP,
  signedRequest,
} from './index.ts';

const NOW = Date.parse('2026-11-20T02:00:00Z');
const generate = (seed: number, count: number, more = {}): GeneratedRequest[] => [
  ...generateApplications({ seed, count, now: NOW, ...more }),
];
const sample = generate(20261120, 12_000);
const clean = sample.filter(
  ({ expectation }) =>
    expectation.kind === 'accepted' && expectation.flaw === undefined && expectation.duplicateOf === undefined,
);
const bodies = clean.map(({ body }) => JSON.parse(body) as ApplicationBody);

/** What the door says of a body. */
function door(body: string): FieldError[] {
  try {
    const check = validateApplication(
      parseStrictJson(Buffer.from(body), { maxDepth: 16, maxItems: 10_000, integersOnly: true }),
      NOW,
    );
    return check.ok ? [] : check.errors;
  } catch (error) {
    return (error as InvalidInputError).errors as FieldError[];
  }
}

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor(q * (sorted.length - 1))]!;
const ascending = (values: number[]): number[] => values.sort((a, b) => a - b);
const correlation = (x: number[], y: number[]): number => {
  const mean = (v: number[]) => v.reduce((a, b) => a + b, 0) / v.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + f(i), 0);
  return (
    sum((i) => (x[i]! - mx) * (y[i]! - my)) / Math.sqrt(sum((i) => (x[i]! - mx) ** 2) * sum((i) => (y[i]! - my) ** 2))
  );
};

describe('what the generator sends', () => {
  it('is the same for the same seed, and other for another', () => {
    expect(generate(1, 200)).toEqual(generate(1, 200));
    expect(generate(1, 200)).not.toEqual(generate(2, 200));
  });

  it('streams: a request is made when it is asked for', () => {
    const endless = generateApplications({ seed: 1, count: Number.MAX_SAFE_INTEGER, now: NOW });
    expect(endless.next().done).toBe(false);
  });

  it('is accepted or refused by the door as it says', () => {
    for (const { body, expectation } of sample.slice(0, 3_000)) {
      const errors = door(body);
      if (expectation.kind === 'refused')
        expect(errors).toEqual(
          expect.arrayContaining([expect.objectContaining({ pointer: expectation.pointer, code: expectation.code })]),
        );
      else expect(errors).toEqual([]);
    }
  });

  it('holds every flaw, about 8 % in all', () => {
    const flaws = sample.flatMap(({ expectation }) =>
      'flaw' in expectation && expectation.flaw !== undefined ? [expectation.flaw] : [],
    );
    expect(new Set(flaws)).toEqual(new Set(FLAWS.map(({ name }) => name)));
    expect(flaws.length / sample.length).toBeGreaterThan(0.07);
    expect(flaws.length / sample.length).toBeLessThan(0.09);
  });

  it.each([1, 7, 63, 500, 5_000])('of %d requests asks for every lost answer again', (count) => {
    const open = new Set<string>();
    for (const { partnerId, partnerOrderNo, expectation, loseAnswer } of generate(5, count, {
      shares: { repeated: 0.1 },
    })) {
      if (loseAnswer) open.add(`${partnerId}/${partnerOrderNo}`);
      if (expectation.kind === 'repeated') open.delete(`${partnerId}/${partnerOrderNo}`);
    }
    expect([...open]).toEqual([]);
  });

  it('repeats, contradicts and duplicates only what went before', () => {
    const known = new Map<string, string>();
    const kinds = { repeated: 0, conflict: 0, duplicate: 0, lost: 0 };
    for (const { partnerId, partnerOrderNo, body, expectation, loseAnswer } of sample) {
      const key = `${partnerId}/${partnerOrderNo}`;
      if (expectation.kind === 'repeated') expect(known.get(key)).toBe(body);
      else if (expectation.kind === 'conflict') expect([undefined, body]).not.toContain(known.get(key));
      else expect(known.has(key)).toBe(false);
      if (expectation.kind === 'accepted') known.set(key, body);
      if (expectation.kind === 'repeated' || expectation.kind === 'conflict') kinds[expectation.kind]++;
      if (loseAnswer) kinds.lost++;
      if (expectation.kind !== 'accepted' || expectation.duplicateOf === undefined) continue;
      kinds.duplicate++;
      const original = JSON.parse(
        known.get(`${expectation.duplicateOf.partnerId}/${expectation.duplicateOf.partnerOrderNo}`)!,
      ) as ApplicationBody;
      const again = JSON.parse(body) as ApplicationBody;
      expect([again.applicant.idNo, again.vehicle.vin]).toEqual([original.applicant.idNo, original.vehicle.vin]);
      expect(partnerId).not.toBe(expectation.duplicateOf.partnerId);
    }
    for (const [kind, share] of [
      ['repeated', 0.03],
      ['conflict', 0.005],
      ['duplicate', 0.02],
      ['lost', 0.013],
    ] as const) {
      expect(kinds[kind] / sample.length).toBeGreaterThan(share * 0.6);
      expect(kinds[kind] / sample.length).toBeLessThan(share * 1.4);
    }
  });
});

describe('the shape of the real book', () => {
  it('loan to value: quantiles within two points', () => {
    // Partners differ in appetite, so the whole is compared, not each.
    const values = ascending(
      bodies.map(({ vehicle, request }) => {
        const stretched = KNOWN_CAP[vehicle.kind][vehicle.use][vehicle.energy] / CALIBRATED_CAP;
        return (
          (100 * request.amountFen) / Math.min(vehicle.priceFen, vehicle.valuationFen ?? vehicle.priceFen) / stretched
        );
      }),
    );
    for (const [name, expected] of Object.entries(calibration.loan_to_value_percent)) {
      // One in twenty asks for up to 15 % more than is given, which lifts the far end.
      const tolerance = { p01: 4, p99: 10 }[name] ?? 2;
      expect(Math.abs(quantile(values, Number(name.slice(1)) / 100) - expected)).toBeLessThan(tolerance);
    }
  });

  it('price over the partner’s median: quantiles within 5 %', () => {
    const of = clean
      .filter(({ partnerId }) => partnerId === 'dealer-east')
      .map(({ body }) => (JSON.parse(body) as ApplicationBody).vehicle.priceFen);
    const values = ascending(of);
    const median = quantile(values, 0.5);
    for (const [name, expected] of Object.entries(calibration.asset_cost_over_median)) {
      expect(Math.abs(quantile(values, Number(name.slice(1)) / 100) / median / expected - 1)).toBeLessThan(
        name === 'p99' ? 0.15 : 0.05,
      );
    }
  });

  it('age: shares of the bands within 1.2 points', () => {
    const ages = bodies.map(({ applicant }) => {
      const id = validateResidentId(applicant.idNo);
      return id.ok ? ageInFullYears(id.birthDate, '2026-11-20') : -1;
    });
    for (const { band, share } of calibration.by_age) {
      const [from, to] = band.split('-').map(Number) as [number, number];
      const found = ages.filter((age) => age >= from && age <= to).length / ages.length;
      expect(Math.abs(found - share)).toBeLessThan(0.012);
    }
  });

  it('income goes with price, borrowing goes against it', () => {
    const east = clean
      .filter(({ partnerId }) => partnerId === 'dealer-east')
      .map(({ body }) => JSON.parse(body) as ApplicationBody);
    const log = (f: (body: ApplicationBody) => number) => east.map((body) => Math.log(f(body)));
    expect(
      correlation(
        log(({ applicant }) => applicant.monthlyIncomeFen),
        log(({ vehicle }) => vehicle.priceFen),
      ),
    ).toBeGreaterThan(0.3);
    expect(
      correlation(
        log(({ applicant }) => applicant.monthlyIncomeFen),
        east.map(({ request, vehicle }) => request.amountFen / vehicle.priceFen),
      ),
    ).toBeLessThan(-0.1);
  });

  it('people live in real districts of their partner’s provinces', () => {
    for (const { partnerId, body } of clean.slice(0, 2_000)) {
      const { region } = (JSON.parse(body) as ApplicationBody).applicant.address;
      expect(divisionOf(region)).toMatchObject({ level: 'district', current: true });
      if (partnerId === 'dealer-north') expect(['11', '12', '21', '22', '23', '15']).toContain(region.slice(0, 2));
    }
  });

  it('where the bureau’s scores are known, borrowing less goes with a better score', () => {
    // Any fixed score of a person will do here: a hash of the ID number.
    const scoreOf = (idNo: string): number =>
      300 + ([...idNo].reduce((hash, c) => (Math.imul(hash, 31) + c.charCodeAt(0)) >>> 0, 7) % 601);
    const scored = [
      ...generateApplications({
        seed: 3,
        count: 4_000,
        now: NOW,
        scoreOf,
        shares: { flawed: 0, duplicate: 0, repeated: 0, conflict: 0 },
      }),
    ].map(({ body }) => JSON.parse(body) as ApplicationBody);
    expect(
      correlation(
        scored.map(({ applicant }) => scoreOf(applicant.idNo)),
        scored.map(({ applicant }) => Math.log(applicant.monthlyIncomeFen)),
      ),
    ).toBeGreaterThan(0.1);
  });
});

describe('signing', () => {
  it('gives the signature of docs/domain.md §7', () => {
    const request = {
      method: 'POST',
      path: '/v1/applications',
      body: '{"partnerOrderNo":"D20260101001"}',
      appId: 'demo',
      secret: 's3cr3t',
    };
    expect(hub1Signature(request, 1767229200, 'n-0001')).toBe('LJduBOkIUMlbEOwzK6Q6HlhZVImli1fDI/+iXLyh3Lg=');
    expect(signedRequest({ ...request, timestamp: 1767229200, nonce: 'n-0001' }).headers.authorization).toBe(
      'HUB1-HMAC-SHA256 app_id="demo",timestamp="1767229200",nonce="n-0001",signature="LJduBOkIUMlbEOwzK6Q6HlhZVImli1fDI/+iXLyh3Lg="',
    );
  });

  it('uses a new nonce each time', () => {
    const request = { method: 'GET', path: '/v1/applications/x', body: '', appId: 'demo', secret: 's' };
    expect(signedRequest(request).headers.authorization).not.toBe(signedRequest(request).headers.authorization);
  });
});
