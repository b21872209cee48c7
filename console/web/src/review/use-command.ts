import { useRef, useState } from 'react';
import { ApiError } from '../api/problem.ts';
import { type CommandBody, type CommandName, giveCommand, newCommandId, type TaskRecord } from './review-api.ts';

export interface Commander {
  busy: CommandName | undefined;
  error: unknown;
  /** Gives a command; resolves true when it had its effect. */
  give<Name extends CommandName>(name: Name, body: CommandBody<Name>): Promise<boolean>;
}

/** Gives commands to one case. A command whose answer was lost keeps its id when it is given again: it has one effect. */
export function useCommand(
  applicationId: string,
  onApplied: (record: TaskRecord) => void,
  onRefused: () => void,
): Commander {
  const [busy, setBusy] = useState<CommandName>();
  const [error, setError] = useState<unknown>();
  const unanswered = useRef<{ asked: string; commandId: string }>(undefined);

  async function give<Name extends CommandName>(name: Name, body: CommandBody<Name>): Promise<boolean> {
    const asked = JSON.stringify([name, body]);
    const commandId = unanswered.current?.asked === asked ? unanswered.current.commandId : newCommandId();
    setBusy(name);
    setError(undefined);
    try {
      onApplied(await giveCommand(applicationId, name, commandId, body));
      unanswered.current = undefined;
      return true;
    } catch (failure) {
      setError(failure);
      const lost = !(failure instanceof ApiError) || failure.status === 0 || failure.status >= 500;
      unanswered.current = lost ? { asked, commandId } : undefined;
      if (failure instanceof ApiError && failure.status === 409) onRefused();
      return false;
    } finally {
      setBusy(undefined);
    }
  }
  return { busy, error, give };
}
