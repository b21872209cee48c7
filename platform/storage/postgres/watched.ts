import { listen, type NotificationListener } from './notifications.ts';

export interface WatchedOptions<Value> {
  databaseUrl: string;
  /** Channels on which a change is announced. */
  channels: readonly string[];
  /** Reads the value; undefined when nothing has changed since it was read last. */
  read(): Promise<Value | undefined>;
  /** The value until it is read for the first time. */
  initial: Value;
  /** Milliseconds between two looks, in case an announcement was lost. */
  everyMs: number;
  /** Called with every read in the background that failed; the last value stays in use. */
  onFailure(error: unknown): void;
}

/** A value of the database kept in memory: read again at once after NOTIFY, and every few hundred milliseconds. */
export class Watched<Value> {
  readonly #options: WatchedOptions<Value>;
  #current: Value;
  #listener: NotificationListener | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();

  constructor(options: WatchedOptions<Value>) {
    this.#options = options;
    this.#current = options.initial;
  }

  /** As it was read last. */
  get current(): Value {
    return this.#current;
  }

  /** Reads it and keeps it current from then on. Rejects when the database does not answer. */
  async start(): Promise<void> {
    const { databaseUrl, channels, everyMs, onFailure } = this.#options;
    await this.refresh();
    const refresh = (): void => void this.refresh().catch(onFailure);
    this.#listener = await listen(databaseUrl, channels, refresh, refresh);
    this.#timer = setInterval(refresh, everyMs);
    this.#timer.unref();
  }

  /** Reads what has changed; resolves once it is in force. A read in flight may be older than this call, so this one follows it. */
  refresh(): Promise<void> {
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#read());
    return this.#reading;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#listener?.close();
    await this.#reading.catch(() => undefined);
  }

  async #read(): Promise<void> {
    const value = await this.#options.read();
    if (value !== undefined) this.#current = value;
  }
}
