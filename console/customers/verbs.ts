import { userInfo } from 'node:os';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { RIGHTS } from '../../platform/edge/access/rights.ts';
import type { Verb, VerbInput } from '../../platform/edge/cli/verb.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { readCustomer } from './customer.ts';
import { eraseCustomer } from './erase.ts';
import { exportCustomer } from './export.ts';
import { findCustomers, type Looker } from './find.ts';
import type { Customer } from './shapes.ts';

/** An operator sees all partners; the audit names the account. */
const looker = (): Looker => ({ partners: null, actor: `cli:${userInfo().username}` });

function declareCustomer(command: Command): Command {
  return command
    .argument('[customer]', 'id of the person (p_…), or number of an application or order')
    .option('--id-no-stdin', 'read the ID number from stdin: on the command line it would stay in the history');
}

const PERSON = /^p_[A-Za-z0-9_-]{22}$/;

/** Whom the arguments name. Throws InvalidInputError when that is nobody, or several. */
async function customerOf({ args, options }: VerbInput, context: HubContext): Promise<string> {
  const byIdNo = options['idNoStdin'] === true;
  const [given] = args;
  if (byIdNo === (given !== undefined)) throw wrong('REQUIRED', 'give either a customer or --id-no-stdin');
  if (given !== undefined && PERSON.test(given)) return given;
  const found = await findCustomers(
    context,
    looker(),
    given === undefined ? { by: 'id-no', value: (await text(process.stdin)).trim() } : { by: 'number', value: given },
  );
  if (found.length !== 1)
    throw wrong(
      found.length === 0 ? 'UNKNOWN' : 'AMBIGUOUS',
      found.length === 0
        ? 'nobody is found by it'
        : `several are found by it: ${found.map(({ personId }) => personId).join(', ')}`,
    );
  return found[0]!.personId;
}

const wrong = (code: string, detail: string): InvalidInputError =>
  new InvalidInputError('There is no such customer', [{ pointer: '/customer', code, detail }]);

const show: Verb = {
  path: 'customers show',
  summary: 'one customer over applications, guarantors, loans, consents, reports and ratings, in masks; recorded',
  declare: (command) => void declareCustomer(command),
  run: async (input) => {
    const context = await input.context();
    const customer = await readCustomer(context, looker(), RIGHTS, await customerOf(input, context));
    return { ok: true, json: customer, text: textOf(customer) };
  },
};

function textOf(customer: Customer): string {
  const { personId, erased, person, applications, guarantorOf, loans } = customer;
  const yuan = (fen: number): string => (fen / 100).toFixed(2);
  return [
    `${personId}  ${erased ? 'erased' : `${person?.name ?? ''}  ${person?.idNo ?? ''}  ${person?.mobile ?? ''}`}`,
    ...applications.map(
      (one) =>
        `${one.receivedAt}  ${one.applicationId}  ${one.partnerId} ${one.partnerOrderNo}  ${one.product}  ${yuan(one.requestedAmountFen)}  ${one.outcome} ${one.reasons.join(' ')}`,
    ),
    ...guarantorOf.map(
      (one) =>
        `${one.receivedAt}  ${one.applicationId}  guarantor of ${one.applicant?.personId ?? 'somebody erased'}  ${one.outcome}`,
    ),
    ...loans.map(
      (loan) =>
        `${loan.observedOn}  ${loan.loanId}  balance ${yuan(loan.balanceFen)}, ${loan.daysPastDue} days past due${loan.closed ? ', closed' : ''}`,
    ),
  ].join('\n');
}

const exportVerb: Verb = {
  path: 'customers export',
  summary: 'all the hub holds of a customer as JSON, in plain text, for the customer who asks for it; recorded',
  declare: (command) =>
    void declareCustomer(command).requiredOption('--reason <text>', 'why, for the audit: no personal data'),
  run: async (input) => {
    const context = await input.context();
    const exported = await exportCustomer(
      context,
      looker(),
      await customerOf(input, context),
      String(input.options['reason']),
    );
    return { ok: true, json: exported, text: JSON.stringify(exported, null, 2) };
  },
};

const erase: Verb = {
  path: 'customers erase',
  summary: 'erase a customer for good: nothing yields the person any more, the figures stay; recorded',
  declare: (command) =>
    void declareCustomer(command)
      .requiredOption('--reason <text>', 'why, for the audit: no personal data')
      .option('--yes', 'it cannot be undone: say that it is meant'),
  run: async (input) => {
    if (input.options['yes'] !== true)
      throw new InvalidInputError('The customer was not erased', [
        { pointer: '--yes', code: 'REQUIRED', detail: 'erasing cannot be undone' },
      ]);
    const context = await input.context();
    const personId = await customerOf(input, context);
    await eraseCustomer(context, looker(), personId, String(input.options['reason']));
    return { ok: true, json: { personId, erased: true }, text: `${personId} is erased.` };
  },
};

/** `hub customers …` */
export const customerVerbs: readonly Verb[] = [show, exportVerb, erase];
