import { randomUUID } from 'node:crypto';
import { Gauge } from 'prom-client';
import { startEffect } from '../../../platform/streaming/effect-runtime/index.ts';
import type { RunningWorker, Worker } from '../../../platform/kernel/worker.ts';
import type { HubContext } from '../../../platform/kernel/hub-context.ts';
import { PoisonError, RejectedError, RetriableError, type CheckResult } from '../../contract.ts';
import { PartnerDirectory, type KnownPartner } from '../partners/partner-directory.ts';
import { readAddresses } from '../partners/partner-limits.ts';
import { readIntakeSettings, type IntakeSettings } from '../settings.ts';
import { callbackEffect, callbackLimits, type NobodyToTell } from './callback-effect.ts';
import { openCallbackClient, type CallbackClient, type CallbackTarget } from './callback-client.ts';
import { PartnerWatch } from './partner-watch.ts';

/** Tells partners of decisions, in the role `connectors`. */
export const callbackWorker: Worker = {
  name: 'intake.callback',
  role: 'connectors',
  start: async (context): Promise<RunningWorker> => {
    const settings = readIntakeSettings();
    const directory = new PartnerDirectory(context);
    await directory.start();
    const client = clientOf(context, settings);
    const watch = new PartnerWatch(context.clock, settings.callbackPatienceSeconds * 1_000, Math.random);
    new Gauge({
      name: 'hub_intake_callback_partner_failing',
      help: '1 for each partner whose callback address fails now',
      labelNames: ['partner'],
      registers: [context.metrics],
      collect() {
        this.reset();
        for (const partner of watch.failing()) this.set({ partner }, 1);
      },
    });
    const effect = callbackEffect({
      client,
      watch,
      clock: context.clock,
      limits: callbackLimits(settings),
      targetOf: async (partnerId) => targetOf(directory.find(partnerId) ?? (await directory.lookUp(partnerId))),
      orderNoOf: (applicationId) => orderNoOf(context, applicationId),
    });
    const worker = await startEffect(effect, context);
    return {
      unhealthy: () => worker.unhealthy?.(),
      stop: async () => {
        await worker.stop();
        await client.close();
        await directory.stop();
      },
    };
  },
};

/** Sends a ping to every enabled partner that has a callback address: ok when each has signed for it. */
export async function checkCallbacks(context: HubContext, settings: IntakeSettings): Promise<CheckResult> {
  const since = performance.now();
  const directory = new PartnerDirectory(context);
  const client = clientOf(context, settings);
  try {
    await directory.start();
    const targets = directory
      .all()
      .map(targetOf)
      .filter((target) => 'url' in target);
    const answers = await Promise.all(
      targets.map(async (target) => ({ target, problem: await ping(client, target, settings.callbackTimeoutMs) })),
    );
    const failed = answers.flatMap(({ target, problem }) =>
      problem === undefined ? [] : [`${target.partnerId}: ${problem}`],
    );
    if (failed.length > 0) return { ok: false, code: 'CALLBACKS', detail: failed.join('; ') };
    return {
      ok: true,
      detail: `${targets.length} callback addresses answered, signed`,
      milliseconds: Math.round(performance.now() - since),
    };
  } finally {
    await Promise.all([directory.stop(), client.close()]);
  }
}

async function ping(client: CallbackClient, target: CallbackTarget, timeoutMs: number): Promise<string | undefined> {
  try {
    await client.deliver(
      target,
      { type: 'ping', callbackId: randomUUID() },
      { signal: AbortSignal.timeout(timeoutMs * 2) },
    );
    return undefined;
  } catch (error) {
    if (error instanceof RetriableError || error instanceof PoisonError || error instanceof RejectedError)
      return `${error.code}, ${error.message}`;
    throw error;
  }
}

function clientOf(
  { clock }: Pick<HubContext, 'clock'>,
  { callbackTimeoutMs, callbackNetworks }: IntakeSettings,
): CallbackClient {
  return openCallbackClient({
    clock,
    timeoutMs: callbackTimeoutMs,
    opened: readAddresses(
      callbackNetworks
        .split(',')
        .map((text) => text.trim())
        .filter((text) => text !== ''),
    ).list,
  });
}

function targetOf(partner: KnownPartner | undefined): CallbackTarget | NobodyToTell {
  if (partner === undefined) return { code: 'UNKNOWN_PARTNER', detail: 'is not a partner of this hub' };
  if (partner.disabled) return { code: 'DISABLED', detail: 'the partner is disabled' };
  if (partner.callbackUrl === undefined) return { code: 'NO_ADDRESS', detail: 'the partner has no callback address' };
  return { partnerId: partner.partnerId, url: partner.callbackUrl, keys: partner.keys };
}

async function orderNoOf({ postgres }: Pick<HubContext, 'postgres'>, applicationId: string): Promise<string> {
  const { rows } = await postgres
    .query<{ partner_order_no: string }>({
      name: 'intake-order-no',
      text: 'SELECT partner_order_no FROM intake.accepted WHERE application_id = $1',
      values: [applicationId],
    })
    .catch((cause: unknown): never => {
      throw new RetriableError('DATABASE_AWAY', 'the order number cannot be read at the moment', {
        opensBreaker: true,
        cause,
      });
    });
  if (rows[0] === undefined) throw new PoisonError('UNKNOWN_APPLICATION', 'no application was accepted under this id');
  return rows[0].partner_order_no;
}
