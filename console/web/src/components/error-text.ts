import { ApiError } from '../api/problem.ts';
import type { I18n } from '../i18n/i18n.tsx';
import { zh, type MessageKey } from '../i18n/messages.zh.ts';

/** What went wrong in the reader's words: by the error's stable code, else what the hub said. */
export function errorText(error: unknown, t: I18n['t']): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const key = `error.${error.code}`;
  if (key in zh) return t(key as MessageKey);
  if (error.status === 403) return t('state.forbidden');
  return error.errors[0]?.detail ?? error.message;
}
