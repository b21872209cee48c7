import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFileOf, logTail, openLog } from './child-log.ts';
import { ChildFailedError } from './errors.ts';
import { messageOf } from '../../../kernel/errors.ts';
import type { Home } from '../../../kernel/home.ts';
import { identityOf, signalGroup } from './process-identity.ts';
import { ALIVE_EVERY_MS, EXIT_UNREACHABLE } from '../role/supervised-process.ts';
import { removeRunFile, writeRunFile } from './run-files.ts';

/** A value, or a function that is called at every start of the process. */
type AtStart<Value> = Value | (() => Value);

/** One process under the supervisor. */
export interface ChildSpec {
  name: string;
  command: string;
  args: AtStart<readonly string[]>;
  /** Added to the environment of the supervisor; `undefined` removes a variable. */
  env?: AtStart<Readonly<Record<string, string | undefined>>>;
  /** 'ipc': a Node child that sends the messages 'ready' and then 'alive' every few seconds (reportReady()); else a probe that is repeated for as long as the child runs. */
  ready: 'ipc' | (() => Promise<boolean>);
  /** Names of the children that must be ready before this one is started. */
  dependsOn?: readonly string[];
  /** Any other message an 'ipc' child sends. */
  onMessage?: (message: unknown) => void;
  /** Shown in its run file. */
  port?: number;
  /** A string of its command line that no other process has; default the last argument. */
  marker?: string;
  /** Run before every start of the process, the first and each later one. */
  beforeStart?: () => void;
  uid?: number;
  gid?: number;
  cwd?: string;
  /** Default SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** Interval of the probes once it is ready. Default 5 s. */
  probeEveryMs?: number;
  /** How long the first start may take, including retries while a server is unreachable, and each later start of an 'ipc' child. Default 60 s. */
  readyTimeoutMs?: number;
}

export type ChildState = 'waiting' | 'starting' | 'ready' | 'unhealthy' | 'restarting' | 'stopped';

export interface ChildStatus {
  name: string;
  state: ChildState;
  pid?: number;
  port?: number;
  startedAt?: string;
  restarts: number;
}

/** What the supervisor reports as it goes. */
export interface ProgressEvent {
  name: string;
  message: string;
}

const READY_TIMEOUT_MS = 60_000;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_LAST_MS = 5_000;
/** A child that has been up so long starts again without back-off. */
const STABLE_AFTER_MS = 20_000;
/** Exits of its own before it was ever ready, after which the start fails. */
const FAILED_STARTS = 5;
/** A child that lives and does not answer for so many probes (a minute) is killed and started again. */
const PROBES_UNTIL_KILL = 12;

/** Keeps one child process running until it is stopped. */
export class SupervisedChild {
  readonly spec: ChildSpec;
  readonly #home: Home;
  readonly #supervisor: { pid: number; started: string };
  readonly #report: (event: ProgressEvent) => void;
  #process: ChildProcess | undefined;
  #state: ChildState = 'waiting';
  #startedAt: string | undefined;
  #restarts = 0;
  #failures = 0;
  #stopping = false;
  #restartAsked = false;
  #everReady = false;
  readonly #waker = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(
    spec: ChildSpec,
    home: Home,
    supervisor: { pid: number; started: string },
    report: (event: ProgressEvent) => void,
  ) {
    this.spec = spec;
    this.#home = home;
    this.#supervisor = supervisor;
    this.#report = report;
  }

  status(): ChildStatus {
    return {
      name: this.spec.name,
      state: this.#state,
      pid: this.#process?.pid,
      port: this.spec.port,
      startedAt: this.#startedAt,
      restarts: this.#restarts,
    };
  }

  /** Starts it and keeps it up; resolves when it is ready for the first time, rejects with ChildFailedError when it never gets there. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#loop = this.#keepUp(resolve, reject);
    });
  }

  /** Asks it to end, kills it after `graceMs`, and resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#waker.abort();
    const end = this.#end(graceMs);
    await this.#loop;
    await end;
    this.#state = 'stopped';
    removeRunFile(this.#home, this.spec.name);
  }

  /** Asks the running process to end (killed after `graceMs`); it is started again at once, with the environment and program of that moment. */
  async restart(graceMs: number): Promise<void> {
    if (!this.#runs()) return;
    this.#restartAsked = true;
    await this.#end(graceMs);
  }

  /** Resolves when the present process is gone. */
  async #end(graceMs: number): Promise<void> {
    const child = this.#process;
    if (child === undefined || !this.#runs()) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(this.spec.stopSignal ?? 'SIGTERM');
    const killer = setTimeout(() => {
      this.#report({ name: this.spec.name, message: `did not stop within ${graceMs} ms, killed` });
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    }, graceMs);
    await gone;
    clearTimeout(killer);
  }

  #runs(): boolean {
    return this.#process?.pid !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  async #keepUp(onReady: () => void, onFailed: (error: Error) => void): Promise<void> {
    const deadline = Date.now() + (this.spec.readyTimeoutMs ?? READY_TIMEOUT_MS);
    let failedStarts = 0;
    while (!this.#stopping) {
      const since = Date.now();
      const { reason, code } = await this.#runOnce(deadline, onReady).catch((error: unknown) => ({
        reason: `could not be started (${messageOf(error)})`,
        code: -1,
      }));
      if (this.#stopping) break;
      const asked = this.#restartAsked;
      this.#restartAsked = false;
      if (asked) this.#failures = 0;
      else this.#failures++;
      // A server was unreachable, or the child was killed from outside: no fault of this child. The server comes back, or the deadline passes.
      if (!asked && code !== null && code !== EXIT_UNREACHABLE) failedStarts++;
      const failed = !this.#everReady && (failedStarts >= FAILED_STARTS || Date.now() > deadline);
      if (failed) {
        const log = logFileOf(this.#home, this.spec.name);
        this.#state = 'stopped';
        removeRunFile(this.#home, this.spec.name);
        onFailed(new ChildFailedError(this.spec.name, reason, log, logTail(log)));
        return;
      }
      if (this.#everReady && Date.now() - since > STABLE_AFTER_MS) this.#failures = 0;
      this.#state = 'restarting';
      this.#restarts++;
      const backoff =
        this.#failures === 0 ? 0 : Math.min(BACKOFF_LAST_MS, BACKOFF_FIRST_MS * 2 ** (this.#failures - 1));
      this.#report({
        name: this.spec.name,
        message: `${asked ? 'restarting' : `${reason}; starting again`}${backoff > 0 ? ` in ${backoff} ms` : ''}`,
      });
      await sleep(backoff, undefined, { signal: this.#waker.signal }).catch(() => undefined);
    }
    if (!this.#everReady)
      onFailed(
        new ChildFailedError(this.spec.name, 'stopped before it was ready', logFileOf(this.#home, this.spec.name), ''),
      );
  }

  /** One life of the process; resolves with why it ended, and its exit code where it had one. */
  async #runOnce(firstDeadline: number, onReady: () => void): Promise<{ reason: string; code: number | null }> {
    this.spec.beforeStart?.();
    const log = openLog(logFileOf(this.#home, this.spec.name));
    const ipc = this.spec.ready === 'ipc' || this.spec.command === process.execPath;
    const args = atStart(this.spec.args);
    const child = spawn(this.spec.command, args, {
      // A group of its own: Ctrl-C in a terminal reaches the supervisor alone, which then stops the children in order.
      detached: true,
      stdio: ipc ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
      env: { ...process.env, ...atStart(this.spec.env ?? {}) },
      cwd: this.spec.cwd ?? this.#home.root,
      ...(this.spec.uid === undefined ? {} : { uid: this.spec.uid, gid: this.spec.gid }),
    });
    closeSync(log);
    this.#process = child;
    this.#state = 'starting';
    const ended = new Promise<{ reason: string; code: number | null }>((resolve) => {
      child.once('error', (error) => resolve({ reason: `could not be run (${error.message})`, code: -1 }));
      child.once('exit', (code, signal) =>
        resolve({ reason: signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`, code }),
      );
    });
    let alive = true;
    void ended.then(() => (alive = false));
    if (child.pid !== undefined) {
      this.#startedAt = new Date().toISOString();
      this.#record(child.pid, this.#startedAt, args.at(-1) ?? this.spec.command);
    }
    void this.#watch(child, () => alive, firstDeadline, onReady);
    const end = await ended;
    // What it may have started itself goes with it; nobody else is in its group.
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    return end;
  }

  /** Writes the run file. Without one the child runs all the same: a full disk must not end the supervisor. */
  #record(pid: number, startedAt: string, lastArgument: string): void {
    try {
      writeRunFile(this.#home, {
        name: this.spec.name,
        pid,
        port: this.spec.port,
        startedAt,
        restarts: this.#restarts,
        started: identityOf(pid)?.started ?? '',
        marker: this.spec.marker ?? lastArgument,
        supervisor: this.#supervisor,
      });
    } catch (error) {
      this.#report({ name: this.spec.name, message: `its run file could not be written (${messageOf(error)})` });
    }
  }

  /** Waits until the process answers, then probes it for as long as it lives. */
  async #watch(child: ChildProcess, alive: () => boolean, firstDeadline: number, onReady: () => void): Promise<void> {
    const { ready: probe, probeEveryMs = ALIVE_EVERY_MS } = this.spec;
    let heardAt = Date.now();
    if (probe === 'ipc') {
      child.on('message', (message) => {
        heardAt = Date.now();
        if (message === 'ready' && alive()) this.#becameReady(onReady);
        else if (message !== 'ready' && message !== 'alive') this.spec.onMessage?.(message);
      });
    }
    const answers = (): Promise<boolean> =>
      probe === 'ipc' ? Promise.resolve(Date.now() - heardAt < 2 * probeEveryMs) : probe().catch(() => false);
    // A server may need long to recover its data; a role that is not ready by then hangs.
    const laterDeadline =
      probe === 'ipc' ? Date.now() + (this.spec.readyTimeoutMs ?? READY_TIMEOUT_MS) : Number.POSITIVE_INFINITY;
    const killAt = this.#everReady ? laterDeadline : firstDeadline;
    while (alive() && this.#state === 'starting') {
      if (probe !== 'ipc' && (await probe().catch(() => false)) && alive()) this.#becameReady(onReady);
      else if (Date.now() > killAt && child.pid !== undefined) {
        signalGroup(child.pid, 'SIGKILL');
        return;
      } else await sleep(50);
    }
    for (let silent = 0; alive() && !this.#stopping;) {
      await sleep(probeEveryMs, undefined, { signal: this.#waker.signal, ref: false }).catch(() => undefined);
      if (!alive() || this.#stopping) return;
      silent = (await answers()) ? 0 : silent + 1;
      if (!alive()) return;
      this.#state = silent === 0 ? 'ready' : 'unhealthy';
      if (silent >= PROBES_UNTIL_KILL && child.pid !== undefined) {
        this.#report({ name: this.spec.name, message: 'does not answer any more, killed' });
        signalGroup(child.pid, 'SIGKILL');
        return;
      }
    }
  }

  #becameReady(onReady: () => void): void {
    this.#state = 'ready';
    this.#report({ name: this.spec.name, message: this.#everReady ? 'ready again' : 'ready' });
    this.#everReady = true;
    onReady();
  }
}

function atStart<Value extends object>(value: AtStart<Value>): Value {
  return typeof value === 'function' ? value() : value;
}
