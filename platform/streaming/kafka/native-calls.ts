import { pause } from '../../kernel/concurrency.ts';

/**
 * Native calls of one client in flight. node-rdkafka runs `committed`, `seek` and the calls of a transaction on threads without the lock that
 * `disconnect` takes before it frees the client (kafka-consumer.cc, producer.cc): a call still in flight then reads freed memory, and the process ends
 * by SIGSEGV. So close() waits here first.
 */
export class NativeCalls {
  readonly #inFlight = new Set<Promise<unknown>>();

  run<Result>(call: () => Promise<Result>): Promise<Result> {
    const running = call();
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    this.#inFlight.add(settled);
    void settled.then(() => this.#inFlight.delete(settled));
    return running;
  }

  /** False: some are still in flight after `withinMs`, and the client must be left alone. */
  async ended(withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (this.#inFlight.size > 0 && performance.now() < deadline)
      await Promise.race([Promise.all(this.#inFlight), pause(deadline - performance.now())]);
    return this.#inFlight.size === 0;
  }
}
