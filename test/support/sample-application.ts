import { residentIdCheck } from '../../models/reference/identifiers/index.ts';
import { luhn } from '../../models/reference/identifiers/bank-card.ts';
import { vinCheck } from '../../models/reference/identifiers/vin.ts';

/** A well-formed application as a partner sends it; every part may be replaced. */
export interface SampleApplication {
  partnerOrderNo: string;
  product: string;
  applicant: { name: string; idNo: string; mobile: string; [field: string]: unknown };
  guarantors: unknown[];
  vehicle: { [field: string]: unknown };
  request: { [field: string]: unknown };
  bankCard: { no: string } | null;
  [field: string]: unknown;
}

const SURNAMES = ['王', '李', '张', '刘', '陈', '杨', '赵', '黄', '周', '吴'];
const GIVEN = [
  '伟',
  '芳',
  '娜',
  '秀英',
  '敏',
  '静',
  '丽',
  '强',
  '磊',
  '洋',
  '艳',
  '勇',
  '军',
  '杰',
  '娟',
  '涛',
  '明',
  '超',
  '霞',
  '平',
];
const REGIONS = ['110105', '310101', '440305', '330106', '510107', '420111', '370202', '320102'];

/** The n-th person: always the same one, with a valid ID number, mobile and name. */
export function samplePerson(n: number): { name: string; idNo: string; mobile: string } {
  const day = new Date(Date.UTC(1965, 0, 1) + ((n * 7_919) % 12_000) * 86_400_000)
    .toISOString()
    .slice(0, 10)
    .replaceAll('-', '');
  const first17 = `${REGIONS[n % REGIONS.length]}${day}${String(Math.floor(n / 12_000) % 1_000).padStart(3, '0')}`;
  return {
    name: `${SURNAMES[n % SURNAMES.length]}${GIVEN[Math.floor(n / 10) % GIVEN.length]}`,
    idNo: first17 + residentIdCheck(first17),
    mobile: `1${3 + (n % 7)}${String((n * 104_729) % 1_000_000_000).padStart(9, '0')}`,
  };
}

/** The n-th bank card: 19 digits of ICBC, Luhn right. */
export function sampleCard(n: number): string {
  const body = `622202${String((n * 15_485_863) % 1_000_000_000_000).padStart(12, '0')}`;
  for (let check = 0; check < 10; check++) if (luhn(`${body}${check}`) === 0) return `${body}${check}`;
  throw new Error('one of ten check digits is always right');
}

/** The n-th car: a Chinese VIN with its check digit. */
export function sampleVin(n: number): string {
  const bare = `LSVAA49J0${'ABCDEFGHJK'[n % 10]}${String(n % 10_000_000).padStart(7, '0')}`;
  return `${bare.slice(0, 8)}${vinCheck(bare)}${bare.slice(9)}`;
}

/** The n-th application, of the n-th person. */
export function sampleApplication(n: number, partnerOrderNo = `ORDER-${n}`): SampleApplication {
  const price = 8_000_000 + (n % 200) * 100_000;
  return {
    partnerOrderNo,
    product: 'NEW-ANNUITY',
    applicant: {
      ...samplePerson(n),
      monthlyIncomeFen: 800_000 + (n % 50) * 40_000,
      monthlyDebtFen: (n % 7) * 50_000,
      employer: '某某汽车零部件有限公司',
      address: { region: REGIONS[n % REGIONS.length], detail: `某某街道${n}号${n % 30}单元` },
      consents: [{ purpose: 'credit-report', version: '2026-01', at: '2026-01-20T10:00:00+08:00' }],
    },
    guarantors: [],
    vehicle: {
      kind: 'new',
      use: 'own',
      energy: 'fuel',
      vin: sampleVin(n),
      priceFen: price,
      listPriceFen: price + 1_000_000,
      valuationFen: null,
      firstRegistered: null,
      mileageKm: null,
    },
    request: { amountFen: Math.round(price * 0.6), termMonths: 36, method: 'ANNUITY', addOns: [] },
    bankCard: { no: sampleCard(n) },
  };
}
