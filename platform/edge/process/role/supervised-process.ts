/** A role ends with this code when a server it needs cannot be reached while it starts (EX_TEMPFAIL of sysexits.h): to be started again. */
export const EXIT_UNREACHABLE = 75;

/**
 * For the main of a role process under the supervisor: `onStop` is called once, on SIGTERM, SIGINT or when the supervisor has
 * died (its IPC channel closes), and the process ends when it resolves. Without a supervisor only the signals count.
 */
export function endWithSupervisor(onStop: () => Promise<void>): void {
  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    onStop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.once('disconnect', end);
}

/** How often a child with `ready: 'ipc'` says that it lives. Milliseconds. */
export const ALIVE_EVERY_MS = 5_000;

/**
 * Tells the supervisor that the role serves, and from then on that its event loop turns: one that hangs in a native call is killed and started
 * again. Does nothing when the process was started by hand.
 */
export function reportReady(): void {
  const tell = (word: 'ready' | 'alive'): void => {
    if (process.connected) process.send?.(word);
  };
  tell('ready');
  setInterval(() => tell('alive'), ALIVE_EVERY_MS).unref();
}
