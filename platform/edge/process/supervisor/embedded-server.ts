import type { ChildSpec } from './supervised-child.ts';
import type { Home } from '../../../kernel/home.ts';

export type ServerName = 'kafka' | 'postgres' | 'clickhouse';

/** What a server needs to know to prepare itself. */
interface ServerContext {
  home: Home;
  ports: Readonly<Record<string, number>>;
  report: (message: string) => void;
  env: NodeJS.ProcessEnv;
}

/** A prepared server: the process to supervise, and the address its clients use. */
export interface PreparedServer {
  child: ChildSpec & { args: readonly string[] };
  url: string;
  /** Run once after it is ready for the first time (makes the database). */
  afterStart?: () => Promise<void>;
}

/** One server of the embedded stack. */
export interface EmbeddedServer {
  name: ServerName;
  /** The setting that replaces it by a real server. */
  setting: 'KAFKA_BROKERS' | 'DATABASE_URL' | 'CLICKHOUSE_URL';
  /** Names of the ports it takes. */
  ports: readonly string[];
  /** Fetches and lays out what it needs (idempotent). Throws with a message that says what is missing. */
  prepare(context: ServerContext): Promise<PreparedServer>;
}
