import { pino, type Logger } from 'pino';

export type { Logger };

/** Fields that may hold a secret or a person's data, and never reach a log. */
const REDACTED = [
  'password',
  'secret',
  'signature',
  'authorization',
  'cookie',
  'name',
  'idNo',
  'mobile',
  'cardNo',
  'detail',
  'body',
  'databaseUrl',
];

/** A JSON logger on stderr (stdout belongs to the result of a verb). `process` names the role that writes. */
export function createLogger(process: string, level: string): Logger {
  return pino(
    {
      level,
      base: { process },
      redact: {
        paths: REDACTED.flatMap((field) => [field, `*.${field}`, `req.headers.${field}`]),
        censor: '[redacted]',
      },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination({ fd: 2, sync: false }),
  );
}
