import { createHash } from 'node:crypto';
import { addDays, addMonths } from '../../../models/reference/dates.ts';
import { seededRandom } from './behaviour.ts';
import { personReport, type PersonReport } from './person-report.ts';

/** 业务种类 of loans, and how often each occurs: housing, car, other consumption, business. */
const BUSINESS = [
  ['11', 0.25],
  ['21', 0.25],
  ['91', 0.4],
  ['41', 0.1],
] as const;
const CARD_SHARE = 0.45;
const YEARS_OF_HISTORY = 8;

type Document = { PRH: { PA01: { PA01A: Record<string, string> } } } & Record<string, unknown>;

/**
 * The sandbox's credit report of a person at a moment (`yyyyMMddHHmmss`): the same person, debts and arrears the scoring bureau knows
 * (person-report.ts), told by account. Undefined for one without a file. Same seed, person, id and moment: same report.
 */
export function pbocDocument(seed: number, requestId: string, idNo: string, timeStamp: string): Document | undefined {
  const known = personReport(seed, idNo);
  if (known === undefined) return undefined;
  const random = seededRandom(createHash('sha256').update(`${seed}:pboc:${idNo}`).digest().readUInt32BE(0));
  const today = `${timeStamp.slice(0, 4)}-${timeStamp.slice(4, 6)}-${timeStamp.slice(6, 8)}`;
  const clock = `${timeStamp.slice(8, 10)}:${timeStamp.slice(10, 12)}:${timeStamp.slice(12, 14)}`;
  const number = createHash('sha256').update(requestId).digest('hex').slice(0, 22).toUpperCase();
  const enquiries = enquiriesOf(known, today, random);
  return {
    PRH: { PA01: { PA01A: { PA01AI01: number, PA01AR01: `${today}T${clock}` } } },
    PCO: {
      PC02: {
        PC02K:
          random() < 0.05
            ? {
                PC02KH: {
                  PC02KD01: '1',
                  PC02KD02: '1',
                  PC02KS02: '1',
                  PC02KJ01: '100000',
                  PC02KJ02: String(10_000 + Math.floor(random() * 90_000)),
                },
              }
            : '',
      },
    },
    ...publicRecords(random),
    PQO: {
      PC05: {
        PC05B: {
          PC05BS01: '0',
          PC05BS02: '0',
          PC05BS03: String(within(enquiries, addMonths(today, -1), '02')),
          PC05BS04: String(within(enquiries, addMonths(today, -1), '03')),
          PC05BS05: '0',
          PC05BS06: '2',
          PC05BS07: '0',
          PC05BS08: '0',
        },
      },
    },
    PDA: { PD01: single(accountsOf(known, today, random)) },
    POQ: { PH01: single(enquiries) },
  };
}

/** One of a kind is told as itself, as reports made from XML do. */
function single<Item>(items: Item[]): Item | Item[] | '' {
  return items.length === 0 ? '' : items.length === 1 ? items[0]! : items;
}

function accountsOf(known: PersonReport, today: string, random: () => number): object[] {
  const { debt, overdue } = known;
  const closed = Math.floor(random() * 3);
  const shareYuan = String(Math.floor(debt.balanceFen / debt.openAccounts / 100));
  const paymentYuan = String(Math.floor(debt.monthlyPaymentFen / debt.openAccounts / 100));
  return Array.from({ length: debt.openAccounts + closed }, (_, index) => {
    const isOpen = index < debt.openAccounts;
    const isCard = index > 0 && random() < CARD_SHARE;
    const openedOn = addDays(today, -30 - Math.floor(random() * 365 * YEARS_OF_HISTORY));
    // All arrears are of the first account.
    const late = index === 0 ? overdue : { currentDpd: 0, maxDpd24m: 0, count24m: 0 };
    const periods = String(periodsOf(late.currentDpd));
    const overdueYuan = late.currentDpd > 0 ? paymentYuan : '0';
    return {
      PD01A: {
        PD01AI01: `ACC${index + 1}`,
        PD01AD01: isCard ? 'R2' : 'D1',
        PD01AD02: '11',
        PD01AD03: isCard ? '81' : business(random()),
        PD01AR01: openedOn,
        PD01AD04: 'CNY',
        ...(isCard
          ? { PD01AJ02: String(Number(shareYuan) * 2) }
          : { PD01AJ01: String(Number(shareYuan) * 2), PD01AS01: '36' }),
      },
      PD01B: {
        PD01BD01: isOpen ? (late.currentDpd > 0 ? '2' : '1') : isCard ? '4' : '3',
        PD01BJ01: isOpen ? shareYuan : '0',
        PD01BD03: late.currentDpd > 90 ? '3' : late.currentDpd > 0 ? '2' : '1',
      },
      PD01C: isOpen
        ? {
            PD01CR01: today.slice(0, 7),
            PD01CJ01: shareYuan,
            PD01CJ02: isCard ? shareYuan : '',
            PD01CJ04: paymentYuan,
            PD01CS02: periods,
            PD01CJ06: overdueYuan,
          }
        : '',
      PD01D: { PD01DH: repayments(late, today) },
      PD01E:
        late.count24m > 0
          ? {
              PD01EH: single(
                lateMonths(late, today).map(({ month, state }) => ({
                  PD01ER03: month,
                  PD01ED01: state,
                  PD01EJ01: paymentYuan,
                })),
              ),
            }
          : '',
    };
  });
}

/** Twenty-four months of repayment states, the newest last: N paid, a digit the periods in arrears. */
function repayments(late: PersonReport['overdue'], today: string): { PD01DR03: string; PD01DD01: string }[] {
  const states = new Map(lateMonths(late, today).map(({ month, state }) => [month, state]));
  return Array.from({ length: 24 }, (_, index) => addMonths(today, index - 23).slice(0, 7)).map((month) => ({
    PD01DR03: month,
    PD01DD01: states.get(month) ?? 'N',
  }));
}

/** The months in arrears: the newest ones when there are arrears now, else long ago; one of them as bad as it ever was. */
function lateMonths(
  { currentDpd, maxDpd24m, count24m }: PersonReport['overdue'],
  today: string,
): { month: string; state: string }[] {
  const newest = currentDpd > 0 ? 0 : 6;
  return Array.from({ length: count24m }, (_, index) => ({
    month: addMonths(today, -newest - index).slice(0, 7),
    state: String(
      periodsOf(
        index === count24m - 1 ? maxDpd24m : index === 0 && currentDpd > 0 ? currentDpd : Math.min(30, maxDpd24m),
      ),
    ),
  }));
}

function periodsOf(days: number): number {
  return Math.min(7, Math.ceil(days / 30));
}

function enquiriesOf(
  known: PersonReport,
  today: string,
  random: () => number,
): { PH010R01: string; PH010D01: string; PH010Q02: string; PH010Q03: string }[] {
  const enquiry = (daysAgo: number, reason: string) => ({
    PH010R01: addDays(today, -daysAgo),
    PH010D01: '11',
    PH010Q02: 'Q10152900H0001',
    PH010Q03: reason,
  });
  const approvals = Array.from({ length: known.enquiries3m }, () =>
    enquiry(1 + Math.floor(random() * 85), random() < 0.7 ? '02' : '03'),
  );
  const other = Array.from({ length: Math.floor(random() * 4) }, () =>
    enquiry(95 + Math.floor(random() * 600), random() < 0.5 ? '01' : '02'),
  );
  return [...approvals, ...other];
}

function within(enquiries: readonly { PH010R01: string; PH010Q03: string }[], after: string, reason: string): number {
  return enquiries.filter(({ PH010R01, PH010Q03 }) => PH010R01 > after && PH010Q03 === reason).length;
}

/** One person in a hundred has a public record. */
function publicRecords(random: () => number): { PPO?: object } {
  if (random() >= 0.01) return {};
  return {
    PPO: {
      PC04: {
        PC040H: {
          PC040D01: String(1 + Math.floor(random() * 4)),
          PC040S02: '1',
          PC040J01: String(1_000 + Math.floor(random() * 200_000)),
        },
      },
    },
  };
}

function business(uniform: number): string {
  let left = uniform;
  for (const [code, share] of BUSINESS) {
    left -= share;
    if (left < 0) return code;
  }
  return '91';
}
