import type { BureausPolicy } from '../../models/policies/index.ts';
import { businessDateOf } from '../../platform/kernel/clock.ts';
import { startEffect } from '../../platform/streaming/effect-runtime/index.ts';
import { InvalidInputError } from '../../platform/kernel/errors.ts';
import type { RunningWorker, Worker } from '../../platform/kernel/worker.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { openPolicySource } from '../../platform/streaming/pipeline-runtime/index.ts';
import { openPrivacy } from '../../platform/storage/privacy/index.ts';
import { readConnectorSettings, settingNotes } from '../contract.ts';
import { bureauFor, CATCH_ALL } from './adapters.ts';
import type { BureauAdapter } from './bureau.ts';
import { bureauEffect } from './bureau-effect.ts';
import { openEnquiryRegister } from './enquiry-register.ts';
import { revealInBatches } from './reveal-batcher.ts';
import { termsOf } from './terms.ts';

/** Key of the terms in the configuration. */
const TERMS = 'bureaus';

/**
 * The worker that asks one bureau. Each bureau has a consumer group, a breaker and a window of its own, so that the outage of
 * one does not hold up the others. A bureau without any setting is not in use: its commands wait, and the worker says so as soon as the terms name the bureau.
 */
export function bureauWorker(
  adapter: BureauAdapter,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Worker {
  const { bureau } = adapter;
  return {
    name: adapter.name,
    role: 'connectors',
    start: async (context: HubContext): Promise<RunningWorker> => {
      const policies = await openPolicySource(context.endpoints.databaseUrl, [TERMS], context.logger);
      try {
        const terms = (businessDate: string) =>
          termsOf(policies.current(TERMS).at(businessDate).value as BureausPolicy, bureau);
        const settings = settingsOf(adapter, env);
        if (settings === undefined) {
          const isNamed = (): boolean =>
            (policies.current(TERMS).at(businessDateOf(context.clock())).value as BureausPolicy).bureaus.some(
              (one) => one.bureau === bureau,
            );
          const first = [...settingNotes(adapter.spec).values()][0]!.env;
          return {
            unhealthy: () =>
              isNamed() ? `the bureau has terms and no settings (${first} …): enquiries to it wait` : undefined,
            stop: () => policies.stop(),
          };
        }
        const connection = adapter.open(settings);
        const effect = bureauEffect({
          adapter,
          connection,
          register: openEnquiryRegister(context.postgres, bureau, context.clock),
          terms,
          reveal: revealInBatches(await openPrivacy(context), `connector:${adapter.name}`),
          limits: adapter.limits(settings),
          consentDays: adapter.consentDays(settings),
          accepts: (command) => bureauFor(command) === bureau,
          passesUnreadableOver: bureau !== CATCH_ALL,
        });
        const worker = await startEffect(effect, context);
        return {
          unhealthy: () => worker.unhealthy?.(),
          stop: async () => {
            await worker.stop();
            await Promise.all([connection.close(), policies.stop()]);
          },
        };
      } catch (error) {
        await policies.stop();
        throw error;
      }
    },
  };
}

/** The adapter's settings; undefined when none is there. Throws InvalidInputError when some are and do not do. */
function settingsOf(
  adapter: BureauAdapter,
  env: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof readConnectorSettings> | undefined {
  try {
    return readConnectorSettings(adapter.spec, env);
  } catch (error) {
    const given = [...settingNotes(adapter.spec).values()].some((note) => env[note.env]);
    if (error instanceof InvalidInputError && !given) return undefined;
    throw error;
  }
}
