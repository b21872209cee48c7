import type { Command } from 'commander';
import type { Settings } from '../../kernel/config/settings.ts';
import type { HubContext } from '../../kernel/hub-context.ts';

/** What a verb hands back: one JSON document for `--json`, text for people, and whether it went well (exit 0 or 1). */
export interface VerbResult {
  ok: boolean;
  /** Undefined: nothing more to print (`hub up` has printed its line while it ran). */
  json: unknown;
  text: string;
}

export interface VerbInput {
  args: readonly string[];
  options: Readonly<Record<string, unknown>>;
  settings: Settings;
  /** Connects to the running hub's servers on first use; closed after the verb. */
  context(): Promise<HubContext>;
  /** One line on stderr for a verb that takes longer than a second (a terminal only, never with --json). */
  progress(line: string): void;
}

/** One verb of `hub`. `path` is what is typed (`partners add`), `declare` adds commander arguments and options. */
export interface Verb {
  path: string;
  summary: string;
  /** Left out of --help: a verb that the hub itself starts. */
  hidden?: boolean;
  declare?(command: Command): void;
  /** Throws InvalidInputError for wrong usage (exit 2), any other error is a failure (exit 1). */
  run(input: VerbInput): Promise<VerbResult>;
}
