import { messageOf } from '../../kernel/errors.ts';

/** Undefined while ready, else what is missing. */
export type ReadinessCheck = () => string | undefined | Promise<string | undefined>;

export interface ReadinessReport {
  status: 'ready' | 'not-ready';
  checks: Record<string, 'ok' | string>;
}

const DEFAULT_TIMEOUT_MS = 2_000;

/** What /readyz asks. Parts and workers of the process add their own checks. */
export class Readiness {
  readonly #checks = new Map<string, ReadinessCheck>();
  readonly #timeoutMs: number;

  constructor(timeoutMs = DEFAULT_TIMEOUT_MS) {
    this.#timeoutMs = timeoutMs;
  }

  /** Adds a check; returns what removes it again. */
  add(name: string, check: ReadinessCheck): () => void {
    this.#checks.set(name, check);
    return () => this.#checks.delete(name);
  }

  /** Asks all checks at once; one that throws or takes too long counts as not ready. */
  async report(): Promise<ReadinessReport> {
    const answers = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, (await this.#ask(check)) ?? 'ok'] as const),
    );
    return {
      status: answers.every(([, answer]) => answer === 'ok') ? 'ready' : 'not-ready',
      checks: Object.fromEntries(answers),
    };
  }

  async #ask(check: ReadinessCheck): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${this.#timeoutMs} ms`), this.#timeoutMs);
    });
    try {
      return await Promise.race([Promise.resolve().then(check), late]);
    } catch (error) {
      return messageOf(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
