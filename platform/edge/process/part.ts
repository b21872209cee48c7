import type { ChildSpec } from './child.ts';
import type { Home } from '../../kernel/home.ts';

export type PartName = 'kafka' | 'postgres' | 'clickhouse';

/** What a part needs to know to prepare itself. */
export interface PartContext {
  home: Home;
  ports: Readonly<Record<string, number>>;
  report: (message: string) => void;
  env: NodeJS.ProcessEnv;
}

/** A prepared part: the process to supervise, and the address its clients use. */
export interface PreparedPart {
  child: ChildSpec;
  url: string;
  /** Run once after it is ready for the first time (makes the database). */
  afterStart?: () => Promise<void>;
}

/** One engine of the embedded stack. */
export interface Part {
  name: PartName;
  /** The setting that replaces it by a real server. */
  setting: 'KAFKA_BROKERS' | 'DATABASE_URL' | 'CLICKHOUSE_URL';
  /** Names of the ports it takes. */
  ports: readonly string[];
  /** Fetches and lays out what it needs (idempotent). Throws with a message that says what is missing. */
  prepare(context: PartContext): Promise<PreparedPart>;
}
