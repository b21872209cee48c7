import type { TObject } from '@sinclair/typebox';
import { derivedEventId, encodeDeadLetter, encodeEvent, type OutgoingRecord } from '../kafka/index.ts';
import type { CallResult, Effect } from './effect.ts';
import { PoisonError, RejectedError, RetriableError } from './errors.ts';
import type { Attempt } from './call-scheduler.ts';
import type { Task } from './task.ts';
import { childTraceparent } from './trace-context.ts';

export type Outcome = 'result' | 'rejected' | 'dead-letter' | 'retry' | 'withdrawn';

/** One attempt at a command: calls, cuts it off after its time, and turns what came of it into the task's records. Never rejects. */
export async function attemptTask(
  effect: Effect,
  task: Task,
  now: () => number,
): Promise<{ attempt: Attempt; outcome: Outcome }> {
  const controller = new AbortController();
  task.lane.calls.add(controller);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, effect.limits.timeoutMs);
  try {
    const {
      time,
      data,
      reached = true,
    } = await untilAborted(controller.signal, () =>
      effect.perform(task.command as never, {
        idempotencyKey: derivedEventId(`${effect.name}/call`, task.attributes.id),
        traceparent: childTraceparent(task.attributes.traceparent, task.attributes.id),
        attempt: task.attempts,
        signal: controller.signal,
      }),
    );
    task.records = [resultRecord(effect, task, { time, data })];
    return { attempt: { outcome: 'done', reached }, outcome: 'result' };
  } catch (error) {
    if (timedOut)
      return {
        attempt: {
          outcome: 'retry',
          error: new RetriableError('CALL_TIMEOUT', `no answer within ${effect.limits.timeoutMs} ms`),
        },
        outcome: 'retry',
      };
    if (controller.signal.aborted) return { attempt: { outcome: 'withdrawn' }, outcome: 'withdrawn' };
    if (error instanceof RetriableError) return { attempt: { outcome: 'retry', error }, outcome: 'retry' };
    if (isCoded(error) && error.retriable)
      return { attempt: { outcome: 'retry', error: new RetriableError(error.code, error.message) }, outcome: 'retry' };
    if (error instanceof RejectedError) return refused(effect, task, error, now);
    task.records = [deadLetterRecord(effect, task, error, now)];
    return { attempt: { outcome: 'done', reached: false }, outcome: 'dead-letter' };
  } finally {
    clearTimeout(timer);
    task.lane.calls.delete(controller);
  }
}

/** The dead letter of a command: the code as its reason. Of an error that is not one of ours only the class is told, its message may hold anything. */
export function deadLetterRecord(
  effect: Pick<Effect, 'name'>,
  task: Pick<Task, 'message'>,
  error: unknown,
  now: () => number,
): OutgoingRecord {
  const known = error instanceof PoisonError || isCoded(error);
  return encodeDeadLetter(task.message, {
    step: effect.name,
    reason: known ? error.code : 'EFFECT_DEFECT',
    detail: known
      ? error.message
      : `the connector failed in a way it does not know: ${error instanceof Error ? error.name : typeof error}`,
    time: new Date(now()).toISOString(),
  });
}

function refused(
  effect: Effect,
  task: Task,
  error: RejectedError,
  now: () => number,
): { attempt: Attempt; outcome: Outcome } {
  try {
    const result = effect.rejected(task.command as never, error);
    task.records = [resultRecord(effect, task, result)];
    return { attempt: { outcome: 'done', reached: result.reached ?? true }, outcome: 'rejected' };
  } catch (defect) {
    task.records = [deadLetterRecord(effect, task, defect, now)];
    return { attempt: { outcome: 'done', reached: true }, outcome: 'dead-letter' };
  }
}

/** `ce_id` of the result of a command: the same at every attempt. */
export function resultEventId(effect: string, resultType: string, commandId: string): string {
  return derivedEventId(`${effect}/${resultType}`, commandId);
}

function resultRecord<Command extends TObject, Result extends TObject>(
  effect: Effect<Command, Result>,
  task: Task,
  result: CallResult<unknown>,
): OutgoingRecord {
  const id = resultEventId(effect.name, effect.emits.type, task.attributes.id);
  return encodeEvent(effect.emits, {
    id,
    source: effect.source,
    time: result.time,
    data: result.data as never,
    traceparent: childTraceparent(task.attributes.traceparent, task.attributes.id),
  });
}

function isCoded(error: unknown): error is Error & { code: string; retriable: boolean } {
  return error instanceof Error && 'retriable' in error && 'code' in error && typeof error.code === 'string';
}

/** The work's outcome, or a rejection as soon as the signal says so, whether or not the work heeds it. */
function untilAborted<Value>(signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    work().then(resolve, reject);
  });
}
