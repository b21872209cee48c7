import { userInfo } from 'node:os';
import type { Verb } from '../../platform/cli/verb.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { addPartner, listPartners, rotatePartner, setPartnerDisabled } from './partners.ts';

const DEFAULT_GRACE_HOURS = 24;
const MAX_GRACE_HOURS = 24 * 30;

/** Who typed the verb, for the audit. */
const actor = (): string => `cli:${userInfo().username}`;

const add: Verb = {
  path: 'partners add',
  summary: 'add a partner; its secret is shown this once',
  declare: (command) => command.argument('<partner>', 'id of the partner: the app_id it signs with').option('--name <name>', 'name of the partner (default: its id)'),
  run: async ({ args, options, context }) => {
    const partnerId = args[0] as string;
    const added = await addPartner(await context(), actor(), { partnerId, name: typeof options.name === 'string' ? options.name : partnerId });
    return { ok: true, json: added, text: `${added.partnerId} added. Its secret, shown this once:\n${added.secret}` };
  },
};

const list: Verb = {
  path: 'partners list',
  summary: 'list the partners',
  run: async ({ context }) => {
    const partners = await listPartners(await context());
    const lines = partners.map((partner) => `${partner.partnerId}\t${partner.disabledAt === null ? 'enabled' : `disabled since ${partner.disabledAt}`}\t${partner.name}`);
    return { ok: true, json: { partners }, text: lines.length === 0 ? 'There are no partners yet: hub partners add <partner>' : lines.join('\n') };
  },
};

const rotate: Verb = {
  path: 'partners rotate',
  summary: 'give a partner a new secret, shown this once; the old one stays good for a while',
  declare: (command) => command.argument('<partner>').option('--grace-hours <hours>', 'how long the old secret stays good; 0: not at all', String(DEFAULT_GRACE_HOURS)),
  run: async ({ args, options, context }) => {
    const graceHours = Number(options.graceHours);
    if (!(graceHours >= 0 && graceHours <= MAX_GRACE_HOURS))
      throw new InvalidInputError('The secret was not changed', [{ pointer: '--grace-hours', code: 'OUT_OF_RANGE', detail: `must be a number from 0 to ${MAX_GRACE_HOURS}` }]);
    const rotated = await rotatePartner(await context(), actor(), args[0] as string, graceHours);
    const until = rotated.previousSecretValidUntil === null ? 'The old one is no longer good.' : `The old one stays good until ${rotated.previousSecretValidUntil}.`;
    return { ok: true, json: rotated, text: `New secret of ${rotated.partnerId}, shown this once:\n${rotated.secret}\n${until}` };
  },
};

function switchVerb(word: 'disable' | 'enable', summary: string): Verb {
  return {
    path: `partners ${word}`,
    summary,
    declare: (command) => command.argument('<partner>'),
    run: async ({ args, context }) => {
      const partnerId = args[0] as string;
      await setPartnerDisabled(await context(), actor(), partnerId, word === 'disable');
      return { ok: true, json: { partnerId, disabled: word === 'disable' }, text: `${partnerId} is ${word}d.` };
    },
  };
}

/** `hub partners …` */
export const partnerVerbs: readonly Verb[] = [
  add,
  list,
  rotate,
  switchVerb('disable', 'refuse everything a partner sends, at once and in every process'),
  switchVerb('enable', 'let a disabled partner in again'),
];
