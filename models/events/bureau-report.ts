import { type Static, Type } from '@sinclair/typebox';
import { BusinessDate, Fen, Nullable } from './fields.ts';

/** What a bureau is asked for: a personal credit report 个人信用报告, a score 信用评分, or a look into a fraud list 反欺诈名单. */
export const BUREAU_KINDS = ['credit-report', 'score', 'fraud-list'] as const;
export const BureauKind = Type.Union(BUREAU_KINDS.map((kind) => Type.Literal(kind)));
export type BureauKind = Static<typeof BureauKind>;

/** The only kind there was before kinds had a name: events of version 1 carry none. */
export const FIRST_BUREAU_KIND: BureauKind = 'score';

const Count = (description?: string) => Type.Integer({ minimum: 0, description });

/** Five classes 五级分类, best first. */
export const ASSET_CLASSES = ['normal', 'special-mention', 'substandard', 'doubtful', 'loss'] as const;

/**
 * A personal credit report, brought to the figures rules and scorecards use. A period is a month of arrears as the report counts them
 * (1 = 1–30 days … 6 = 151–180, 7 = more; docs/domain.md §4). Amounts in fen.
 */
export const CreditSummary = Type.Object({
  accounts: Type.Object({
    total: Count('ever opened'),
    open: Count('not closed'),
    loans: Count('open loans, cards left out'),
    cards: Count('open credit cards'),
    carLoans: Count('open car loans'),
    recourse: Count('被追偿: debts taken over by a guarantor, insurer or asset manager'),
    openedLast6Months: Count(),
    firstOpenedOn: Nullable(BusinessDate()),
  }),
  balances: Type.Object({
    loanBalanceFen: Fen(),
    cardLimitFen: Fen(),
    cardUsedFen: Fen(),
    monthlyPaymentFen: Fen({ description: 'due this month over all accounts' }),
    guaranteedFen: Fen({ description: '相关还款责任: balances of others the person answers for' }),
  }),
  overdue: Type.Object({
    accountsNow: Count(),
    amountNowFen: Fen(),
    periodsNow: Type.Integer({ minimum: 0, maximum: 7 }),
    maxPeriods24Months: Type.Integer({ minimum: 0, maximum: 7 }),
    monthsOverdue24Months: Count('months with arrears, over all accounts'),
    monthsOverdue60Months: Count('the same over five years'),
    maxOverdue60MonthsFen: Fen({ description: 'worst arrears of one account in one month of five years' }),
  }),
  assetClass: Type.Union(
    ASSET_CLASSES.map((name) => Type.Literal(name)),
    { description: 'worst of the open accounts' },
  ),
  badDebts: Count('accounts in 呆账'),
  enquiries: Type.Object({
    loans1Month: Count('for the approval of a loan'),
    cards1Month: Count('for the approval of a credit card'),
    approvals3Months: Count('loans and cards'),
    approvals6Months: Count('loans and cards'),
  }),
  publicRecords: Type.Object({
    taxArrears: Count(),
    civilJudgments: Count(),
    enforcements: Count(),
    penalties: Count(),
    amountFen: Fen(),
  }),
});
export type CreditSummary = Static<typeof CreditSummary>;

/** How sure a fraud list is of an entry; `none`: the person is on no list. */
export const LISTING_LEVELS = ['none', 'suspected', 'confirmed'] as const;

/** What a fraud list knows of a person: its worst level, and every entry. */
export const FraudListing = Type.Object({
  level: Type.Union(LISTING_LEVELS.map((level) => Type.Literal(level))),
  hits: Type.Array(
    Type.Object({
      list: Type.String({ description: 'which list, by the bureau’s code' }),
      category: Type.String({
        description: 'why: forged-documents, identity-fraud, organised-fraud, loan-default, court-defaulter',
      }),
      level: Type.String({ description: 'suspected or confirmed' }),
      listedOn: BusinessDate(),
    }),
  ),
});
export type FraudListing = Static<typeof FraudListing>;
