/** A call that is not lost: who waits after it was called, returns at once. */
export class Wake {
  #called = false;
  #waiting: (() => void) | undefined;

  /** Forgets earlier calls: do it before looking at what a call would announce. */
  reset(): void {
    this.#called = false;
  }

  call(): void {
    this.#called = true;
    this.#waiting?.();
  }

  /** Resolves on a call since the last reset, after `timeoutMs`, or when aborted. */
  wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.#called || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting = undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done);
      this.#waiting = done;
    });
  }
}
