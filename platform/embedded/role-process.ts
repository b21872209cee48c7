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

/** Tells the supervisor that the role serves; does nothing when the process was started by hand. */
export function reportReady(): void {
  process.send?.('ready');
}
