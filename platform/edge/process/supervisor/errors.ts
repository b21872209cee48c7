import { HubError } from '../../../kernel/errors.ts';

/** A port that was asked for by a setting is taken by another process. */
export class PortInUseError extends HubError {
  constructor(name: string, port: number, setting: string) {
    super(
      'PORT_IN_USE',
      `Port ${port} for ${name} is already in use. Stop the program that holds it (ss -ltnp 'sport = :${port}') or set ${setting} to another port.`,
      {
        details: { name, port, setting },
      },
    );
  }
}

/** A server or a role did not become ready; the message carries the end of its log. */
export class ChildFailedError extends HubError {
  constructor(name: string, reason: string, logFile: string, logTail: string) {
    super('CHILD_FAILED', `${name} did not start: ${reason}. Its log: ${logFile}${logTail ? `\n${logTail}` : ''}`, {
      details: { name, logFile },
    });
  }
}

/** Another living hub works on the same HUB_HOME. */
export class HomeInUseError extends HubError {
  constructor(home: string, pid: number) {
    super(
      'HOME_IN_USE',
      `Another hub (process ${pid}) is running on ${home}. Stop it, or set HUB_HOME (and HUB_PORT) for a second hub.`,
      { details: { home, pid } },
    );
  }
}
