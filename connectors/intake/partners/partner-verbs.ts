import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Verb } from '../../../platform/edge/cli/verb.ts';
import { InvalidInputError } from '../../../platform/kernel/errors.ts';
import type { HandedOver, KeyWish } from './new-partner-key.ts';
import {
  addPartner,
  changePartner,
  listPartners,
  rotatePartner,
  setPartnerDisabled,
  type PartnerChange,
  type PartnerListing,
} from './partners.ts';
import { BODY_CIPHERS, isBodyCipher, SCHEMES, isScheme, type BodyCipher } from './signing/index.ts';

const DEFAULT_GRACE_HOURS = 24;
const MAX_GRACE_HOURS = 24 * 30;

type Options = Readonly<Record<string, unknown>>;

/** Who typed the verb, for the audit. */
const actor = (): string => `cli:${userInfo().username}`;

const keyOptions = (command: Command): Command =>
  command
    .option('--scheme <scheme>', `how it signs: ${SCHEMES.join(', ')}`)
    .option(
      '--public-key <file>',
      'its public key (PEM or certificate; for SM2 also the point in hex), with RSA and SM2',
    )
    .option('--encryption <cipher>', `encrypt bodies: ${BODY_CIPHERS.join(', ')}`);

const several = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];
const changeOptions = (command: Command): Command =>
  command
    .option('--name <name>', 'name of the partner')
    .option('--allow <cidr>', 'it may send from this address or network only; may be given several times', several)
    .option('--rate <n>', 'requests a second it may send')
    .option('--callback <url>', 'where it wants to hear of decisions');

const add: Verb = {
  path: 'partners add',
  summary: 'add a partner; what it has to be given is shown this once',
  declare: (command) =>
    void changeOptions(keyOptions(command.argument('<partner>', 'id of the partner: the app_id it signs with'))),
  run: async ({ args, options, context }) => {
    const partnerId = args[0] as string;
    const added = await addPartner(await context(), actor(), {
      partnerId,
      ...changeOf(options),
      name: text(options.name) ?? partnerId,
      ...keyOf(options),
    });
    return { ok: true, json: added, text: [`${partnerId} added.`, ...handedOverLines(added)].join('\n') };
  },
};

const list: Verb = {
  path: 'partners list',
  summary: 'list the partners',
  run: async ({ context }) => {
    const partners = await listPartners(await context());
    return {
      ok: true,
      json: { partners },
      text:
        partners.length === 0 ? 'There are no partners yet: hub partners add <partner>' : partners.map(line).join('\n'),
    };
  },
};

const set: Verb = {
  path: 'partners set',
  summary: 'change name, addresses, rate or callback of a partner; in force in every process within a second',
  declare: (command) =>
    void changeOptions(command.argument('<partner>'))
      .option('--allow-any', 'it may send from anywhere')
      .option('--default-rate', 'the hub’s default rate')
      .option('--no-callback', 'no callbacks any more'),
  run: async ({ args, options, context }) => {
    const partnerId = args[0] as string;
    const change = changeOf(options);
    if (options.allowAny === true) change.allowedAddresses = [];
    if (options.defaultRate === true) change.ratePerSecond = null;
    if (options.callback === false) change.callbackUrl = null;
    if (Object.keys(change).length === 0)
      throw new InvalidInputError('Nothing is to be changed', [
        { pointer: '--name', code: 'REQUIRED', detail: 'say what: --name, --allow, --rate, --callback …' },
      ]);
    await changePartner(await context(), actor(), partnerId, change);
    return { ok: true, json: { partnerId, ...change }, text: `${partnerId} is changed.` };
  },
};

const rotate: Verb = {
  path: 'partners rotate',
  summary: 'give a partner a new key, shown this once; the old one stays good for a while',
  declare: (command) =>
    void keyOptions(command.argument('<partner>'))
      .option('--no-encryption', 'bodies are no longer encrypted')
      .option('--grace-hours <hours>', 'how long the old key stays good; 0: not at all', String(DEFAULT_GRACE_HOURS)),
  run: async ({ args, options, context }) => {
    const graceHours = Number(options.graceHours);
    if (!(graceHours >= 0 && graceHours <= MAX_GRACE_HOURS))
      throw new InvalidInputError('The key was not changed', [
        { pointer: '--grace-hours', code: 'OUT_OF_RANGE', detail: `must be a number from 0 to ${MAX_GRACE_HOURS}` },
      ]);
    const wish =
      options.encryption === false
        ? { ...keyOf({ ...options, encryption: undefined }), encryption: 'none' as const }
        : keyOf(options);
    const rotated = await rotatePartner(await context(), actor(), args[0] as string, graceHours, wish);
    const until =
      rotated.previousKeyValidUntil === null
        ? 'The old key is no longer good.'
        : `The old key stays good until ${rotated.previousKeyValidUntil}.`;
    return {
      ok: true,
      json: rotated,
      text: [`New key of ${rotated.partnerId}.`, ...handedOverLines(rotated), until].join('\n'),
    };
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
  set,
  rotate,
  switchVerb('disable', 'refuse everything a partner sends, at once and in every process'),
  switchVerb('enable', 'let a disabled partner in again'),
];

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function keyOf(options: Options): KeyWish {
  const wish: KeyWish = {};
  const scheme = text(options.scheme);
  if (scheme !== undefined) {
    if (!isScheme(scheme)) throw wrong('--scheme', scheme, SCHEMES);
    wish.scheme = scheme;
  }
  const file = text(options.publicKey);
  if (file !== undefined) wish.publicKey = contentOf(file);
  const cipher = text(options.encryption);
  if (cipher !== undefined) {
    if (!isBodyCipher(cipher)) throw wrong('--encryption', cipher, BODY_CIPHERS);
    wish.encryption = cipher satisfies BodyCipher;
  }
  return wish;
}

function changeOf(options: Options): PartnerChange {
  const change: PartnerChange = {};
  if (typeof options.name === 'string') change.name = options.name;
  if (Array.isArray(options.allow)) change.allowedAddresses = options.allow as string[];
  if (typeof options.rate === 'string') change.ratePerSecond = Number(options.rate);
  if (typeof options.callback === 'string') change.callbackUrl = options.callback;
  return change;
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new InvalidInputError(`${file} cannot be read`, [
      {
        pointer: '--public-key',
        code: 'UNREADABLE',
        detail: `${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`,
      },
    ]);
  }
}

function wrong(pointer: string, given: string, allowed: readonly string[]): InvalidInputError {
  const detail = `${given} is none of ${allowed.join(', ')}`;
  return new InvalidInputError(`${pointer}: ${detail}`, [{ pointer, code: 'NOT_ALLOWED', detail }]);
}

function handedOverLines({ scheme, secret, hubPublicKey, encryption, bodyKey }: HandedOver): string[] {
  return [
    `It signs by ${scheme}.`,
    ...(secret === undefined ? [] : [`Its secret, shown this once:\n${secret}`]),
    ...(hubPublicKey === undefined
      ? []
      : [`Callbacks are signed with the key whose public part is:\n${hubPublicKey.trimEnd()}`]),
    ...(bodyKey === undefined
      ? []
      : [`Bodies are encrypted by ${encryption} with this key (base64), shown this once:\n${bodyKey}`]),
  ];
}

function line({
  partnerId,
  name,
  disabledAt,
  keys,
  allowedAddresses,
  ratePerSecond,
  callbackUrl,
}: PartnerListing): string {
  const of = keys.map(
    ({ scheme, encryption, validUntil }) =>
      `${scheme}${encryption === null ? '' : ` + ${encryption}`}${validUntil === null ? '' : ` until ${validUntil}`}`,
  );
  return [
    partnerId,
    disabledAt === null ? 'enabled' : `disabled since ${disabledAt}`,
    name,
    of.join(', '),
    allowedAddresses.length === 0 ? 'from anywhere' : `from ${allowedAddresses.join(' ')}`,
    ratePerSecond === null ? 'default rate' : `${ratePerSecond}/s`,
    ...(callbackUrl === null ? [] : [callbackUrl]),
  ].join('\t');
}
