import { addDays, addMonths } from '../../models/reference/dates.ts';
import { type Division, divisions } from '../../models/reference/divisions.ts';
import { ageOf, EMPLOYMENT, loanToValueOf, priceFactorOf } from './calibration.ts';
import { bankCard, mobile, personName, residentId, vin } from './identifiers.ts';
import type { GeneratedPartner } from './partners.ts';
import { normalRank, type Random } from './random.ts';

/** An application as a partner sends it (docs/architecture.md §6). */
export interface ApplicationBody {
  partnerOrderNo: string;
  product: string;
  applicant: {
    name: string;
    idNo: string;
    mobile: string;
    monthlyIncomeFen: number;
    monthlyDebtFen: number;
    employer: string | null;
    address: { region: string; detail: string | null };
    consents: { purpose: string; version: string; at: string }[];
  };
  guarantors: { name: string; idNo: string; mobile: string }[];
  vehicle: {
    kind: 'new' | 'used';
    use: 'own' | 'commercial';
    energy: 'fuel' | 'new-energy';
    vin: string;
    priceFen: number;
    listPriceFen: number | null;
    valuationFen: number | null;
    firstRegistered: string | null;
    mileageKm: number | null;
  };
  request: {
    amountFen: number;
    termMonths: number;
    method: string;
    addOns: { kind: string; priceFen: number; financedFen: number }[];
  };
  bankCard: { no: string } | null;
}

/** What the person is like behind the application, for the score the sandbox bureau is to give: rank 0 is the worst risk. */
export type ScoreOf = (idNo: string) => number | undefined;

const DISTRICTS: ReadonlyMap<string, readonly Division[]> = (() => {
  const byProvince = new Map<string, Division[]>();
  for (const division of divisions()) {
    if (division.level !== 'district' || !division.current) continue;
    const province = division.code.slice(0, 2);
    const list = byProvince.get(province);
    if (list === undefined) byProvince.set(province, [division]);
    else list.push(division);
  }
  return byProvince;
})();
const PROVINCES = [...DISTRICTS.keys()];

/** [product, method] by weight */
const PRODUCTS = {
  new: [
    [['NEW-ANNUITY', 'ANNUITY'], 60],
    [['NEW-EQUAL-PRINCIPAL', 'EQUAL_PRINCIPAL'], 12],
    [['NEW-SUBSIDISED', 'ANNUITY'], 14],
    [['NEW-BALLOON', 'BALLOON'], 6],
    [['NEW-FEE-INSTALMENT', 'FLAT'], 6],
    [['NEW-INTEREST-FIRST', 'INTEREST_ONLY'], 2],
  ],
  used: [
    [['USED-ANNUITY', 'ANNUITY'], 85],
    [['USED-EQUAL-PRINCIPAL', 'EQUAL_PRINCIPAL'], 15],
  ],
} as const;
/** Terms by weight; a few ask for more than is given. */
const TERMS = {
  new: [
    [12, 8],
    [24, 15],
    [36, 45],
    [48, 12],
    [60, 19],
    [72, 1],
  ],
  used: [
    [12, 15],
    [24, 35],
    [36, 48.5],
    [48, 1.5],
  ],
} as const;
const LONGEST = { new: 60, used: 36 } as const;
/** The highest loan to value of the real book; its shape is stretched to what partners know a lender gives for such a car. */
export const CALIBRATED_CAP = 0.9;
export const KNOWN_CAP = {
  new: { own: { fuel: 0.85, 'new-energy': 0.9 }, commercial: { fuel: 0.7, 'new-energy': 0.75 } },
  used: { own: { fuel: 0.7, 'new-energy': 0.7 }, commercial: { fuel: 0.7, 'new-energy': 0.7 } },
} as const;
/** Share of those who ask for more than that, and by how much at most. */
const GREEDY = 0.05;
const GREED = 0.15;
const STREETS = [
  '人民路',
  '中山路',
  '解放大道',
  '建设街',
  '和平里',
  '文化路',
  '滨江大道',
  '学院路',
  '长安街',
  '新华路',
];
const COMPANIES = [
  '科技有限公司',
  '商贸有限公司',
  '物流有限公司',
  '中学',
  '人民医院',
  '建筑工程有限公司',
  '餐饮管理有限公司',
  '制造有限公司',
];

const roundTo = (fen: number, step: number): number => Math.max(step, Math.round(fen / step) * step);

/** An instant as partners write it: Shanghai time with its offset, whole seconds. */
function shanghai(ms: number): string {
  return `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}

/**
 * One application without flaws. Age, income, price and loan to value hang together by a common normal model; each keeps the shape of its
 * own quantiles. `now` in milliseconds; money rounded as people do.
 */
export function application(
  random: Random,
  partner: GeneratedPartner,
  partnerOrderNo: string,
  now: number,
  scoreOf?: ScoreOf,
): ApplicationBody {
  const { mix } = partner;
  const today = shanghai(now).slice(0, 10);
  // Wealth runs through income and price, and a little through age; who has more borrows less of the price.
  const wealth = random.normal();
  const age = ageOf(normalRank(0.3 * wealth + Math.sqrt(1 - 0.09) * random.normal()));
  const priceFen = roundTo(
    mix.medianPriceFen * priceFactorOf(normalRank(0.7 * wealth + Math.sqrt(1 - 0.49) * random.normal())),
    10_000,
  );
  const calibrated = loanToValueOf(normalRank(-0.3 * wealth + Math.sqrt(1 - 0.09) * random.normal() + mix.appetite));
  const monthlyIncomeFen = roundTo(
    mix.medianPriceFen * 0.105 * Math.exp(0.35 * wealth + 0.3 * random.normal()),
    10_000,
  );
  const kind = random.chance(mix.used) ? 'used' : 'new';
  const use = random.chance(mix.commercial) ? 'commercial' : 'own';
  const energy = random.chance(mix.newEnergy) ? 'new-energy' : 'fuel';
  const [product, method] = random.weighted<readonly [string, string]>(PRODUCTS[kind]);
  const home = districtOf(random, random.weighted(mix.provinces));
  const sex = random.chance(0.62) ? 'M' : 'F';
  const birthDate = addDays(addMonths(today, -12 * age), -random.integer(0, 364));
  const origin = random.chance(0.75) ? home : districtOf(random, random.pick(PROVINCES));
  const baseFen = kind === 'new' ? priceFen : roundTo(priceFen * (0.92 + 0.16 * random.next()), 10_000);
  const loanToValue =
    calibrated *
    (KNOWN_CAP[kind][use][energy] / CALIBRATED_CAP) *
    (random.chance(GREEDY) ? 1 + GREED * random.next() : 1);
  // Down to whole hundreds: who asks for the cap does not mean to go a few fen over it.
  const amountFen = Math.max(10_000, Math.floor((Math.min(priceFen, baseFen) * loanToValue) / 10_000) * 10_000);
  const employment = random.weighted(EMPLOYMENT);
  return {
    partnerOrderNo,
    product,
    applicant: {
      name: personName(random),
      idNo: idNoFor(random, origin.code, birthDate, sex, wealth - loanToValue, scoreOf),
      mobile: mobile(random),
      monthlyIncomeFen,
      monthlyDebtFen: random.chance(0.45) ? 0 : roundTo(monthlyIncomeFen * 0.3 * random.next() ** 2, 10_000),
      employer:
        employment === 'blank'
          ? null
          : employment === 'Salaried'
            ? `${home.name}${random.pick(COMPANIES)}`
            : '个体经营',
      address: {
        region: home.code,
        detail: `${random.pick(STREETS)}${random.integer(1, 999)}号${random.integer(1, 30)}栋${random.integer(101, 2805)}室`,
      },
      consents: [
        { purpose: 'credit-report', version: '2026-01', at: shanghai(now - random.integer(60, 86_400) * 1000) },
        { purpose: 'third-party-sharing', version: '2026-01', at: shanghai(now - random.integer(60, 86_400) * 1000) },
      ],
    },
    guarantors: random.chance(0.1) ? [guarantor(random, home.code, today)] : [],
    vehicle: vehicle(random, { kind, use, energy, priceFen }, baseFen, today),
    request: {
      amountFen,
      termMonths: termFor(random, kind, amountFen, monthlyIncomeFen),
      method,
      addOns: random.chance(0.2) ? addOn(random, priceFen, amountFen) : [],
    },
    bankCard: random.chance(0.08) ? null : { no: bankCard(random) },
  };
}

function districtOf(random: Random, province: string): Division {
  return random.pick(DISTRICTS.get(province)!);
}

/** Of a few possible ID numbers the one whose score at the bureau suits the person best: better risks get better scores. */
function idNoFor(
  random: Random,
  region: string,
  birthDate: string,
  sex: 'F' | 'M',
  quality: number,
  scoreOf: ScoreOf | undefined,
): string {
  const candidates = Array.from({ length: scoreOf === undefined ? 1 : 3 }, () =>
    residentId(random, region, birthDate, sex),
  );
  if (scoreOf === undefined) return candidates[0]!;
  const wanted = 300 + 600 * normalRank(quality + 0.75 + random.normal());
  const distance = (idNo: string): number => Math.abs((scoreOf(idNo) ?? 650) - wanted);
  return candidates.reduce((best, other) => (distance(other) < distance(best) ? other : best));
}

function guarantor(random: Random, region: string, today: string): ApplicationBody['guarantors'][number] {
  const birthDate = addDays(addMonths(today, -12 * random.integer(25, 58)), -random.integer(0, 364));
  return {
    name: personName(random),
    idNo: residentId(random, region, birthDate, random.chance(0.5) ? 'M' : 'F'),
    mobile: mobile(random),
  };
}

/** Most partners stretch the term until the instalment suits the income. */
function termFor(random: Random, kind: 'new' | 'used', amountFen: number, monthlyIncomeFen: number): number {
  let term: number = random.weighted<number>(TERMS[kind]);
  if (random.chance(0.2)) return term;
  while (term < LONGEST[kind] && amountFen / term > monthlyIncomeFen * 0.36) term += 12;
  return term;
}

function vehicle(
  random: Random,
  car: Pick<ApplicationBody['vehicle'], 'kind' | 'use' | 'energy' | 'priceFen'>,
  baseFen: number,
  today: string,
): ApplicationBody['vehicle'] {
  const { kind, priceFen } = car;
  const common = { ...car, vin: vin(random, random.chance(0.04)) };
  if (kind === 'new') {
    const listPriceFen = random.chance(0.9) ? roundTo(priceFen * (1 + 0.12 * random.next()), 10_000) : null;
    return { ...common, listPriceFen, valuationFen: null, firstRegistered: null, mileageKm: null };
  }
  const months = random.chance(0.94) ? random.integer(6, 80) : random.integer(81, 130);
  return {
    ...common,
    listPriceFen: null,
    valuationFen: random.chance(0.95) ? baseFen : null,
    firstRegistered: addDays(addMonths(today, -months), -random.integer(0, 27)),
    mileageKm: Math.round(months * (600 + 1_500 * random.next())),
  };
}

function addOn(random: Random, priceFen: number, amountFen: number): ApplicationBody['request']['addOns'] {
  const addOnPriceFen = roundTo(priceFen * (0.02 + 0.06 * random.next()), 10_000);
  const financedFen = Math.floor(addOnPriceFen * (random.chance(0.05) ? 0.95 : 0.3 + 0.5 * random.next()));
  return [
    {
      kind: random.pick(['insurance', 'purchase-tax', 'maintenance']),
      priceFen: addOnPriceFen,
      financedFen: Math.min(financedFen, amountFen),
    },
  ];
}
