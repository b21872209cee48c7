import type { FormInstance } from 'antd';
import { ApiError } from '../api/problem.ts';
import { errorText } from '../components/error-text.ts';
import type { I18n } from '../i18n/i18n.tsx';
import { errorsBelow } from './simulation-api.ts';

/** A field error in the reader's words: by its code, else what the hub said. */
export function fieldErrorText({ code, detail }: { code: string; detail: string }, reader: Pick<I18n, 'code'>): string {
  const text = reader.code('fieldError', code);
  return text === code ? detail : text;
}

/**
 * Shows the hub's field errors below a pointer at the fields of a form that bear their names, and gives the rest in words: errors of no
 * field that is shown, and refusals that name none.
 */
export function showFieldErrors(
  form: FormInstance,
  error: unknown,
  pointer: string,
  reader: Pick<I18n, 't' | 'code'>,
): string[] {
  const below = errorsBelow(error, pointer);
  const shown = new Set(form.getFieldsError().map(({ name }) => name.join('/')));
  const fields = new Map<string, { name: string[]; errors: string[] }>();
  const rest: string[] = [];
  for (const each of below) {
    const name = each.pointer
      .replace(/^\/querystring/, '')
      .split('/')
      .slice(1);
    const text = fieldErrorText(each, reader);
    if (!shown.has(name.join('/'))) {
      rest.push(name.length === 0 ? text : `${name.join('.')}: ${text}`);
      continue;
    }
    const field = fields.get(name.join('/')) ?? { name, errors: [] };
    fields.set(name.join('/'), { name, errors: [...field.errors, text] });
  }
  form.setFields([...fields.values()]);
  const first = [...fields.values()][0];
  if (first !== undefined) form.scrollToField(first.name, { block: 'nearest' });
  return below.length === 0 ? [errorText(error, reader.t)] : rest;
}

/** Every error of a refusal in words, each with its pointer. */
export function problemLines(error: unknown, reader: Pick<I18n, 't' | 'code'>): string[] {
  if (!(error instanceof ApiError) || error.errors.length === 0) return [errorText(error, reader.t)];
  return error.errors.map((each) => `${each.pointer || '/'}: ${fieldErrorText(each, reader)}`);
}
