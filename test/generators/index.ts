import { type ApplicationBody, application, type ScoreOf } from './application.ts';
import { type Refusal, spoiled } from './flaws.ts';
import { DEFAULT_PARTNERS, type GeneratedPartner } from './partners.ts';
import { type Random, seededRandom } from './random.ts';

export { DEALER_WEST, DEFAULT_PARTNERS, USED_CARS_DIRECT } from './partners.ts';
export { FLAWS } from './flaws.ts';
export { type ApplicationBody, CALIBRATED_CAP, KNOWN_CAP, type ScoreOf } from './application.ts';
export { hub1Signature, signedRequest } from './sign.ts';
export { type Random, seededRandom } from './random.ts';

/** What the hub must answer, provided it is given the requests in order. */
export type Expectation =
  /** 202. `decision` where the input alone settles it; `duplicateOf` names the order it repeats at another partner */
  | {
      kind: 'accepted';
      flaw?: string;
      decision?: { outcome: string; reason: string };
      duplicateOf?: { partnerId: string; partnerOrderNo: string };
    }
  /** 400, with this among its field errors */
  | ({ kind: 'refused'; flaw: string } & Refusal)
  /** 200 and the same applicationId as before (202 where the first attempt never arrived) */
  | { kind: 'repeated' }
  /** 409: the same order number with other content */
  | { kind: 'conflict' };

export interface GeneratedRequest {
  partnerId: string;
  partnerOrderNo: string;
  /** JSON text, as it goes over the wire */
  body: string;
  expectation: Expectation;
  /** the client is to hang up before it reads the answer; a `repeated` request follows later */
  loseAnswer: boolean;
}

export interface GeneratorOptions {
  seed: number;
  /** how many requests, everything included */
  count: number;
  partners?: readonly GeneratedPartner[];
  /** milliseconds; dates in the applications lie before it */
  now?: number;
  /** what the bureau will say of a person: applications then suit their scores */
  scoreOf?: ScoreOf;
  /** shares of the requests; by default as partners really send */
  shares?: Partial<Shares>;
}

interface Shares {
  flawed: number;
  /** the same person and car, at another partner */
  duplicate: number;
  /** sent again with the same content, because the answer was lost or out of caution */
  repeated: number;
  /** an order number used again for other content */
  conflict: number;
}

const DEFAULT_SHARES: Shares = { flawed: 0.08, duplicate: 0.02, repeated: 0.03, conflict: 0.005 };
/** How far back a repeat or duplicate reaches, in accepted applications. */
const MEMORY = 64;

interface Accepted {
  partner: GeneratedPartner;
  body: ApplicationBody;
  json: string;
}

/** Requests of several partners, one after the other: endless in principle, flat in memory, the same for the same options. */
export function* generateApplications({
  seed,
  count,
  partners = DEFAULT_PARTNERS,
  now = Date.now(),
  scoreOf,
  shares,
}: GeneratorOptions): Generator<GeneratedRequest> {
  const random = seededRandom(seed);
  const share = { ...DEFAULT_SHARES, ...shares };
  const weights = partners.map((partner) => [partner, partner.weight] as const);
  const recent: Accepted[] = [];
  /** sent with a lost answer and not yet sent again, the oldest first */
  const unanswered: { original: Accepted; since: number }[] = [];
  const duplicate = partners.length > 1 ? share.duplicate : 0;
  const other = 1 - share.repeated - share.conflict - duplicate;
  const kinds = [
    ['repeated', share.repeated],
    ['conflict', share.conflict],
    ['duplicate', duplicate],
    ['other', other],
  ] as const;
  const run = `${seed.toString(36)}${Math.floor(now / 1000).toString(36)}`.toUpperCase();
  for (let n = 1; n <= count; n++) {
    const overdue = unanswered.length > 0 && (unanswered.length > count - n || n - unanswered[0]!.since > MEMORY);
    const kind = overdue ? 'repeated' : recent.length === 0 ? 'other' : random.weighted(kinds);
    if (kind === 'repeated') {
      // Those whose answer was lost come back first.
      const again = unanswered.shift()?.original ?? random.pick(recent);
      yield {
        partnerId: again.partner.partnerId,
        partnerOrderNo: again.body.partnerOrderNo,
        body: again.json,
        expectation: { kind: 'repeated' },
        loseAnswer: false,
      };
      continue;
    }
    if (kind === 'conflict') {
      const { partner, body } = random.pick(recent);
      const contradiction = {
        ...body,
        request: { ...body.request, amountFen: body.request.amountFen + 10_000 * random.integer(1, 50) },
      };
      yield {
        partnerId: partner.partnerId,
        partnerOrderNo: body.partnerOrderNo,
        body: JSON.stringify(contradiction),
        expectation: { kind: 'conflict' },
        loseAnswer: false,
      };
      continue;
    }
    const partnerOrderNo = `${run}-${String(n).padStart(8, '0')}`;
    if (kind === 'duplicate') {
      const original = random.pick(recent);
      const partner = otherPartner(random, partners, original.partner);
      const body = { ...original.body, partnerOrderNo };
      const duplicateOf = { partnerId: original.partner.partnerId, partnerOrderNo: original.body.partnerOrderNo };
      yield {
        partnerId: partner.partnerId,
        partnerOrderNo,
        body: JSON.stringify(body),
        expectation: { kind: 'accepted', duplicateOf },
        loseAnswer: false,
      };
      continue;
    }
    const partner = random.weighted(weights);
    const body = application(random, partner, partnerOrderNo, now, scoreOf);
    if (random.chance(share.flawed / other)) {
      const { flaw, json } = spoiled(body, random, now);
      const expectation: Expectation =
        flaw.refusal === undefined
          ? { kind: 'accepted', flaw: flaw.name, decision: flaw.decision }
          : { kind: 'refused', flaw: flaw.name, ...flaw.refusal };
      yield { partnerId: partner.partnerId, partnerOrderNo, body: json, expectation, loseAnswer: false };
      continue;
    }
    // Every lost answer is asked for again, so the last request cannot lose its own.
    const loseAnswer = random.chance(share.repeated / 2) && n < count;
    const json = JSON.stringify(body);
    const accepted = { partner, body, json };
    if (loseAnswer) unanswered.push({ original: accepted, since: n });
    recent.push(accepted);
    if (recent.length > MEMORY) recent.shift();
    yield { partnerId: partner.partnerId, partnerOrderNo, body: json, expectation: { kind: 'accepted' }, loseAnswer };
  }
}

function otherPartner(random: Random, partners: readonly GeneratedPartner[], than: GeneratedPartner): GeneratedPartner {
  return random.pick(partners.filter(({ partnerId }) => partnerId !== than.partnerId));
}
