import { InvalidInputError } from '../platform/kernel/errors.ts';
import type { Verb } from '../platform/edge/cli/verb.ts';
import type { HubContext } from '../platform/kernel/hub-context.ts';
import { readConnectorSettings, settingNotes, type CheckResult, type Connector } from './contract.ts';
import { connectorEnvironment } from './environment.ts';

/** `hub connectors list|spec|check`. Values of settings are never shown, only whether they are set. */
export function connectorVerbs(connectors: readonly Connector[]): Verb[] {
  const find = (name: string | undefined): Connector => {
    const found = connectors.find((connector) => connector.name === name);
    if (found === undefined)
      throw new InvalidInputError(`${name ?? ''} is not a connector`, [
        {
          pointer: 'name',
          code: 'UNKNOWN_CONNECTOR',
          detail: `connectors are ${connectors.map((connector) => connector.name).join(', ')}`,
        },
      ]);
    return found;
  };
  return [
    {
      path: 'connectors list',
      summary: 'the outside parties, and whether their settings are there',
      run: async ({ settings }) => {
        const env = connectorEnvironment(settings.home);
        const rows = connectors.map((connector) => ({
          name: connector.name,
          title: connector.title,
          directions: connector.directions,
          missing: missingSettings(connector, env),
        }));
        const text = rows
          .map(
            (row) =>
              `${row.name.padEnd(20)} ${row.title.zh} / ${row.title.en}  ${row.missing.length === 0 ? 'settings complete' : `to be set: ${row.missing.join(', ')}`}`,
          )
          .join('\n');
        return { ok: true, json: { connectors: rows }, text };
      },
    },
    {
      path: 'connectors spec',
      summary: 'the settings of a connector as JSON Schema',
      declare: (command) => void command.argument('<name>', 'as `hub connectors list` shows it'),
      run: async ({ args, settings }) => {
        const connector = find(args[0]);
        const env = connectorEnvironment(settings.home);
        const lines = [...settingNotes(connector.spec)].map(([name, note]) => {
          const { description, default: fallback } = connector.spec.properties[name] as {
            description?: string;
            default?: unknown;
          };
          const state = env[note.env] ? 'set' : fallback !== undefined ? `default ${String(fallback)}` : 'not set';
          return `${note.env.padEnd(22)} ${state}; ${description ?? ''}${note.secret ? '; secret' : ''}; takes effect ${note.takesEffect}`;
        });
        return {
          ok: true,
          json: {
            name: connector.name,
            title: connector.title,
            directions: connector.directions,
            settings: connector.spec,
          },
          text: lines.join('\n'),
        };
      },
    },
    {
      path: 'connectors check',
      summary: 'reach the party and sign in: ok, or why not (all of them without a name)',
      declare: (command) => void command.argument('[name]'),
      run: async ({ args, settings, progress, context }) => {
        const env = connectorEnvironment(settings.home);
        const wanted = args[0] === undefined ? connectors : [find(args[0])];
        progress(`asking ${wanted.map(({ name }) => name).join(', ')} …`);
        const results = await Promise.all(
          wanted.map(async (connector) => ({
            name: connector.name,
            ...(await checkConnector(connector, env, context)),
          })),
        );
        const text = results
          .map(
            (result) =>
              `${result.name.padEnd(20)} ${result.ok ? `ok, ${result.detail} (${result.milliseconds} ms)` : `${result.code}: ${result.detail}`}`,
          )
          .join('\n');
        return { ok: results.every(({ ok }) => ok), json: { results }, text };
      },
    },
  ];
}

async function checkConnector(
  connector: Connector,
  env: Readonly<Record<string, string | undefined>>,
  hub: () => Promise<HubContext>,
): Promise<CheckResult> {
  try {
    return await connector.check(readConnectorSettings(connector.spec, env), hub);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return { ok: false, code: 'SETTINGS', detail: error.errors.map(({ detail }) => detail).join('; ') };
  }
}

function missingSettings(connector: Connector, env: Readonly<Record<string, string | undefined>>): string[] {
  try {
    readConnectorSettings(connector.spec, env);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.errors.map(({ pointer }) => pointer);
  }
}
