import { Type, type Static } from '@sinclair/typebox';
import { isBusinessDate } from '../../../models/reference/dates.ts';
import { answerField, answerShape } from '../answer-shape.ts';

/*
 * The personal credit report of the second generation 二代个人信用报告 by its segments and data elements (PRH head, PCO credit overview,
 * PPO public records overview, PQO enquiries overview, PDA accounts, POQ enquiries), as JSON. All values are text; amounts are whole yuan. Named
 * here is what the hub reads; the rest of a report stays unread.
 */

const Text = Type.String({ minLength: 1, maxLength: 64 });
const Digits = Type.String({ pattern: '^\\d{1,12}$' });
const Day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' });
const Month = Type.String({ pattern: '^\\d{4}-\\d{2}$' });
const Code = Type.String({ pattern: '^[0-9A-Z#*/]{1,4}$' });

const Account = Type.Object({
  PD01A: Type.Object({
    PD01AI01: Text, // 账户编号
    PD01AD01: Type.Union((['D1', 'R4', 'R1', 'R2', 'R3', 'C1'] as const).map((type) => Type.Literal(type))), // 账户类型
    PD01AD03: Code, // 业务种类
    PD01AR01: Day, // 开立日期
    PD01AJ01: Type.Optional(Digits), // 借款金额
    PD01AJ02: Type.Optional(Digits), // 账户授信额度
  }),
  PD01B: Type.Object({
    PD01BD01: Code, // 账户状态
    PD01BJ01: Type.Optional(Digits), // 余额
    PD01BD03: Type.Optional(Code), // 五级分类
  }),
  PD01C: Type.Optional(
    Type.Object({
      PD01CJ02: Type.Optional(Digits), // 已用额度
      PD01CJ04: Type.Optional(Digits), // 本月应还款
      PD01CS02: Type.Optional(Digits), // 当前逾期期数
      PD01CJ06: Type.Optional(Digits), // 当前逾期总额
    }),
  ),
  PD01D: Type.Optional(Type.Object({ PD01DH: Type.Array(Type.Object({ PD01DR03: Month, PD01DD01: Code })) })), // 最近 24 个月还款状态
  PD01E: Type.Optional(
    Type.Object({ PD01EH: Type.Array(Type.Object({ PD01ER03: Month, PD01ED01: Code, PD01EJ01: Digits })) }),
  ), // 最近 5 年内的历史表现
});

const Report = Type.Object({
  PRH: Type.Object({
    PA01: Type.Object({
      PA01A: Type.Object({
        PA01AI01: Text,
        PA01AR01: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$' }),
      }),
    }),
  }), // 报告编号, 报告时间
  PCO: Type.Optional(
    Type.Object({
      PC02: Type.Optional(
        Type.Object({ PC02K: Type.Optional(Type.Object({ PC02KH: Type.Array(Type.Object({ PC02KJ02: Digits })) })) }),
      ),
    }),
  ), // 相关还款责任
  PPO: Type.Optional(
    Type.Object({
      PC04: Type.Object({ PC040H: Type.Array(Type.Object({ PC040D01: Code, PC040S02: Digits, PC040J01: Digits })) }),
    }),
  ), // 公共信息概要
  PQO: Type.Object({ PC05: Type.Object({ PC05B: Type.Object({ PC05BS03: Digits, PC05BS04: Digits }) }) }), // 最近 1 个月内的查询次数
  PDA: Type.Optional(Type.Object({ PD01: Type.Array(Account) })),
  POQ: Type.Optional(Type.Object({ PH01: Type.Array(Type.Object({ PH010R01: Day, PH010Q03: Code })) })), // 查询日期, 查询原因
});
export type PbocReport = Static<typeof Report>;
export type PbocAccount = Static<typeof Account>;

/** Segments that repeat. Where there is one of a kind it comes as an object, where there is none as empty text: a trait of reports made from XML. */
const REPEATING = new Set(['PD01', 'PD01DH', 'PD01EH', 'PC02KH', 'PC040H', 'PH01']);

const readShape = answerShape(Report);

/** Reads a report. Throws PoisonError ANSWER_FIELD with the field's pointer. */
export function readReport(document: unknown): PbocReport {
  const report = readShape(withLists(document));
  report.PDA?.PD01.forEach(({ PD01A }, index) => {
    if (!isBusinessDate(PD01A.PD01AR01)) throw answerField(`/PDA/PD01/${index}/PD01A/PD01AR01`);
  });
  report.POQ?.PH01.forEach(({ PH010R01 }, index) => {
    if (!isBusinessDate(PH010R01)) throw answerField(`/POQ/PH01/${index}/PH010R01`);
  });
  if (Number.isNaN(Date.parse(`${report.PRH.PA01.PA01A.PA01AR01}+08:00`)))
    throw answerField('/PRH/PA01/PA01A/PA01AR01');
  return report;
}

/** The document with every repeating segment as a list, and without what is empty. */
function withLists(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLists);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (REPEATING.has(name))
      return [
        [
          name,
          inner === '' || inner === null ? [] : (Array.isArray(inner) ? inner : [inner as unknown]).map(withLists),
        ],
      ];
    return inner === '' || inner === null ? [] : [[name, withLists(inner)]];
  });
  return Object.fromEntries(entries);
}
