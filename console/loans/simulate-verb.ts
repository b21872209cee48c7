import { readFile } from 'node:fs/promises';
import { PRODUCT_POLICIES } from '../../models/policies/index.ts';
import type { Verb } from '../../platform/edge/cli/verb.ts';
import { InvalidInputError, messageOf } from '../../platform/kernel/errors.ts';
import { DEFAULT_LIMITS, formCheck, parseStrictJson } from '../../platform/edge/http/index.ts';
import { money } from '../../lending/simulations/explanation.ts';
import { readSimulation } from '../../lending/simulations/read-simulation.ts';
import { simulate } from '../../lending/simulations/simulate.ts';
import { type SimulationForm, SimulationForm as FORM } from '../../lending/simulations/simulation-form.ts';
import type { SimulatedStep } from '../../lending/simulations/simulated-step.ts';

/** `hub simulate FILE`: needs no running hub; a product is priced as shipped. */
export const simulateVerb: Verb = {
  path: 'simulate',
  summary:
    'a loan and dated events from a JSON file: schedule, transactions, ageing, class and journal after each, every figure explained',
  declare: (command) =>
    void command
      .argument('<file>', 'as POST /v1/simulations takes it')
      .option('--language <language>', 'zh or en', 'zh'),
  run: async ({ args, options }) => {
    const language = options.language;
    if (language !== 'zh' && language !== 'en')
      throw new InvalidInputError('No such language', [
        { pointer: '--language', code: 'UNKNOWN_LANGUAGE', detail: 'is zh or en' },
      ]);
    const form = await readForm(args[0]!);
    const { steps } = simulate(readSimulation(form, 'cli', PRODUCT_POLICIES));
    return { ok: true, json: { steps }, text: steps.map((step) => stepText(step, language)).join('\n\n') };
  },
};

const check = formCheck(FORM);

async function readForm(path: string): Promise<SimulationForm> {
  let parsed: unknown;
  try {
    parsed = parseStrictJson(await readFile(path), { ...DEFAULT_LIMITS, maxItems: 20_000 });
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new InvalidInputError(`${path} cannot be read`, [{ pointer: '', code: 'FILE', detail: messageOf(error) }]);
  }
  check(parsed);
  return parsed as SimulationForm;
}

const WORDS = {
  zh: {
    owed: '欠款',
    overpaid: '多还',
    class: '分类',
    schedule: '期次 到期日      本金          利息        费用      罚息违约金  已还          未还',
  },
  en: {
    owed: 'owed',
    overpaid: 'overpaid',
    class: 'class',
    schedule: 'no.  due         principal     interest    fees      penalties   paid          open',
  },
} as const;

/** A step for people: what stands, the schedule, and why. */
function stepText(step: SimulatedStep, language: 'zh' | 'en'): string {
  const words = WORDS[language];
  const head = `${step.n}. ${step.event.type} ${step.event.on} → ${step.status}; ${words.owed} ${money(step.owed.totalFen)}${step.overpaidFen > 0 ? `, ${words.overpaid} ${money(step.overpaidFen)}` : ''}; ${step.ageing.bucket}; ${words.class} ${step.classification.assetClass}`;
  const cells = (fen: readonly number[], widths: readonly number[]): string =>
    fen.map((each, index) => money(each).padEnd(widths[index]!)).join('  ');
  const rows = step.schedule.map(
    (line) =>
      `${String(line.n).padEnd(4)} ${line.dueOn}  ${cells([line.principalFen, line.interestFen, line.feeFen, line.penaltyFen, line.paidFen, line.outstandingFen], [12, 10, 8, 10, 12, 12])}`,
  );
  return [
    head,
    words.schedule,
    ...rows,
    ...step.explanations.map((said) => `  ${said.figure}: ${said[language]}`),
  ].join('\n');
}
