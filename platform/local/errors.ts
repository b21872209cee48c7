import { HubError } from '../kernel/errors.ts';

/** A program of the machine that a server needs is missing or too old; the message says how to get it. */
export class MissingToolError extends HubError {
  constructor(tool: string, found: string | undefined, wanted: string, how: string) {
    const state = found === undefined ? 'was not found' : `is version ${found}`;
    super('MISSING_TOOL', `${tool} ${state}, the embedded stack needs ${wanted}. ${how}`, {
      details: { tool, found, wanted },
    });
  }
}
