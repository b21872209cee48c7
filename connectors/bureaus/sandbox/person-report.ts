import { createHash } from 'node:crypto';

/**
 * What the sandbox bureau knows of a person: always the same for the same seed and ID number. Shapes (not levels) after a real
 * book of vehicle loans, data/calibration.json: scored bands with their shares and default rates, overdue accounts, enquiries.
 */
const BANDS = [
  { from: 300, to: 499, share: 0.0736, defaultRate: 0.2932 },
  { from: 500, to: 599, share: 0.0436, defaultRate: 0.2647 },
  { from: 600, to: 649, share: 0.046, defaultRate: 0.2258 },
  { from: 650, to: 699, share: 0.0578, defaultRate: 0.1828 },
  { from: 700, to: 749, share: 0.112, defaultRate: 0.1688 },
  { from: 750, to: 799, share: 0.0485, defaultRate: 0.1254 },
  { from: 800, to: 900, share: 0.0618, defaultRate: 0.1638 },
] as const;
const SCORED = BANDS.reduce((sum, band) => sum + band.share, 0);
const MEAN_DEFAULT_RATE = 0.2171;
/** Accounts ever overdue: 0, 1, 2, 3, 4 and more. */
const OVERDUE_SHARES = [0.8873, 0.0857, 0.0185, 0.0052, 0.0033];
const ENQUIRY_SHARES = [0.8662, 0.0956, 0.0232, 0.0076, 0.0033, 0.0041];
/** The book’s half without history would leave little to decide: a lender’s applicants in a grown market mostly have a file. */
const NO_FILE_SHARE = 0.08;

export interface PersonReport {
  reportNo: string;
  score: number;
  overdue: { currentDpd: number; maxDpd24m: number; count24m: number };
  debt: { openAccounts: number; balanceFen: number; monthlyPaymentFen: number };
  enquiries3m: number;
}

/** The person's report, or undefined for one without a file. */
export function personReport(seed: number, idNo: string): PersonReport | undefined {
  const digest = createHash('sha256').update(`${seed}:${idNo}`).digest();
  // Independent uniform numbers in [0, 1), four bytes each.
  const uniform = (index: number): number => digest.readUInt32BE(index * 4) / 2 ** 32;
  if (uniform(0) < NO_FILE_SHARE) return undefined;
  const { score, risk } = scoreOf(uniform(1));
  // Worse bands have more arrears and more enquiries, in proportion to their default rate.
  const timesOverdue = inverse(OVERDUE_SHARES, uniform(2), risk);
  const enquiries3m = inverse(ENQUIRY_SHARES, uniform(3), risk);
  const maxDpd24m = timesOverdue === 0 ? 0 : Math.ceil(3 + 110 * uniform(4) ** (3 / risk));
  const openAccounts = 1 + Math.floor(uniform(5) ** 2 * 8);
  const balanceFen = openAccounts * Math.round(200_000 + 4_000_000 * uniform(6));
  return {
    reportNo: `SB${digest.subarray(24, 32).toString('hex').toUpperCase()}`,
    score,
    overdue: {
      currentDpd:
        timesOverdue > 0 && uniform(7) < 0.12 * risk ? Math.min(maxDpd24m, 1 + Math.floor(uniform(4) * 60)) : 0,
      maxDpd24m,
      count24m: timesOverdue,
    },
    debt: { openAccounts, balanceFen, monthlyPaymentFen: Math.round(balanceFen / (18 + Math.floor(uniform(5) * 18))) },
    enquiries3m,
  };
}

function scoreOf(uniform: number): { score: number; risk: number } {
  let left = uniform * SCORED;
  for (const band of BANDS) {
    if (left < band.share)
      return {
        score: band.from + Math.floor((left / band.share) * (band.to - band.from + 1)),
        risk: band.defaultRate / MEAN_DEFAULT_RATE,
      };
    left -= band.share;
  }
  return { score: 900, risk: 1 };
}

/** Which class a uniform number falls into, the classes above the first made as much likelier as the risk is higher. */
function inverse(shares: readonly number[], uniform: number, risk: number): number {
  let left = uniform;
  for (let index = shares.length - 1; index > 0; index -= 1) {
    left -= shares[index]! * risk;
    if (left < 0) return index;
  }
  return 0;
}
