import type { Static, TObject, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { InvalidInputError, type FieldError } from '../platform/kernel/errors.ts';
import type { HubContext } from '../platform/kernel/hub-context.ts';

export { PoisonError, RejectedError, RetriableError } from '../platform/streaming/effect-runtime/index.ts';

/** When a changed setting is heeded. */
export type TakesEffect = 'at once' | 'at restart';

/** What the keyword `x-hub` of a setting says. */
export interface SettingNote {
  /** Environment variable it is read from. */
  env: string;
  secret: boolean;
  takesEffect: TakesEffect;
}

/** Marks a schema as a connector's setting; the note stands in its JSON Schema as `x-hub`, a secret also as `writeOnly`. */
export function setting<Schema extends TSchema>(
  schema: Schema,
  note: { env: string; secret?: boolean; takesEffect?: TakesEffect },
): Schema {
  const secret = note.secret ?? false;
  return {
    ...schema,
    ...(secret ? { writeOnly: true } : {}),
    'x-hub': { env: note.env, secret, takesEffect: note.takesEffect ?? 'at restart' } satisfies SettingNote,
  };
}

/** The notes of a connector's settings by property. Throws when a property was not declared by `setting`. */
export function settingNotes(schema: TObject): Map<string, SettingNote> {
  return new Map(
    Object.entries(schema.properties).map(([name, property]) => {
      const note = (property as { 'x-hub'?: SettingNote })['x-hub'];
      if (note === undefined) throw new Error(`setting ${name} is not declared by setting()`);
      return [name, note];
    }),
  );
}

/**
 * Reads a connector's settings from environment variables: text is turned into what the schema wants, defaults are filled
 * in. Throws InvalidInputError naming each variable that is missing or wrong, never its value.
 */
export function readConnectorSettings<Schema extends TObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): Static<Schema> {
  const notes = settingNotes(schema);
  const given: Record<string, unknown> = {};
  for (const [name, note] of notes) if (env[note.env]) given[name] = env[note.env];
  const settings = Value.Convert(schema, Value.Default(schema, given));
  const errors: FieldError[] = [...Value.Errors(schema, settings)].map((error) => {
    const name = error.path.split('/')[1] ?? '';
    const variable = notes.get(name)?.env ?? name;
    return name in given
      ? { pointer: variable, code: 'BAD_SETTING', detail: `${variable}: ${error.message}` }
      : { pointer: variable, code: 'MISSING_SETTING', detail: `${variable} is not set` };
  });
  if (errors.length > 0) {
    const unique = [...new Map(errors.map((error) => [error.pointer, error])).values()];
    throw new InvalidInputError(
      `The settings of the connector are not usable: ${unique.map(({ detail }) => detail).join('; ')}`,
      unique,
    );
  }
  return settings as Static<Schema>;
}

/** Whether a connector can reach its party and sign in; if not, a stable code and a sentence for the operator. */
export type CheckResult =
  { ok: true; detail: string; milliseconds: number } | { ok: false; code: string; detail: string };

/** Which way things go between the hub and the party. */
export type Direction = 'send' | 'receive' | 'read';

/**
 * An outside party as the hub knows it (docs/architecture.md §3). What it carries in and out is offered by the workers and routes of its
 * room's HubModule; this is the side an operator sees: its settings and whether it works.
 */
export interface Connector<Settings extends TObject = TObject> {
  /** kebab-case; with a dot after the folder when a folder holds several: `bureaus.scoring`. */
  name: string;
  title: { zh: string; en: string };
  directions: readonly Direction[];
  /** JSON Schema of the settings, each property made by `setting`. */
  spec: Settings;
  /** Reaches out and signs in. Never rejects, and changes nothing on the other side. `hub` is for those who find their parties in the hub's tables. */
  check(settings: Static<Settings>, hub?: () => Promise<HubContext>): Promise<CheckResult>;
}
