import { Alert, App, Button, Input, Space } from 'antd';
import { useState } from 'react';
import { ApiError } from '../api/problem.ts';
import { errorText } from '../components/error-text.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession } from '../session/session.tsx';
import { replayLetter, type ShownLetter } from './dead-letter-api.ts';

/** The text laid out when it is JSON, as it is otherwise. */
function laidOut(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Why a text is not JSON; undefined when it is. */
function jsonFlaw(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The content of a dead letter, its correction, and the replay. */
export function ReplayPanel({ letter, onReplayed }: { letter: ShownLetter; onReplayed(): void }) {
  const { t } = useI18n();
  const { can } = useSession();
  const { modal, message } = App.useApp();
  const original = letter.value ?? '';
  const isText = letter.valueEncoding === 'utf8';
  const [draft, setDraft] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const flaw = draft === undefined ? undefined : jsonFlaw(draft);
  const mayReplay = can('dead-letters.replay') && letter.status === 'waiting';

  async function replay(): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      await replayLetter(letter.id, draft === undefined ? undefined : JSON.stringify(JSON.parse(draft)));
      message.success(t('deadLetters.done'));
      onReplayed();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  const ask = (): void => {
    void modal.confirm({
      title: t('deadLetters.confirm'),
      content: t('deadLetters.confirmText', { topic: letter.topic, step: letter.step }),
      okText: t('deadLetters.replay'),
      cancelText: t('common.cancel'),
      onOk: () => void replay(),
    });
  };

  const problems = error instanceof ApiError ? error.errors : [];
  return (
    <section className="panel">
      <h2>
        {t('deadLetters.value')}
        <Space className="panel-actions">
          {mayReplay && isText && draft === undefined && (
            <Button onClick={() => setDraft(laidOut(original))}>{t('deadLetters.edit')}</Button>
          )}
          {draft !== undefined && <Button onClick={() => setDraft(undefined)}>{t('deadLetters.cancelEdit')}</Button>}
          {mayReplay && (
            <Button type="primary" loading={busy} disabled={flaw !== undefined} onClick={ask}>
              {t(draft === undefined ? 'deadLetters.replay' : 'deadLetters.replayEdited')}
            </Button>
          )}
        </Space>
      </h2>
      {!can('dead-letters.replay') && <p className="muted">{t('deadLetters.readOnly')}</p>}
      {error !== undefined && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={t('deadLetters.refused')}
          description={
            problems.length === 0 ? (
              errorText(error, t)
            ) : (
              <ul className="problems">
                {problems.map((problem) => (
                  <li key={`${problem.pointer} ${problem.code}`}>
                    <code>{problem.pointer || '/'}</code> {problem.code}: {problem.detail}
                  </li>
                ))}
              </ul>
            )
          }
        />
      )}
      {draft === undefined ? (
        <>
          {!isText && letter.value !== null && <p className="muted">{t('deadLetters.binary')}</p>}
          <pre className="content" data-testid="letter-value">
            {letter.value === null ? t('common.none') : isText ? laidOut(original) : original}
          </pre>
        </>
      ) : (
        <>
          <Input.TextArea
            className="code"
            aria-label={t('deadLetters.value')}
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
            autoSize={{ minRows: 10, maxRows: 30 }}
            spellCheck={false}
            status={flaw === undefined ? '' : 'error'}
          />
          {flaw !== undefined && (
            <p className="field-error" role="alert">
              {t('deadLetters.invalidJson', { detail: flaw })}
            </p>
          )}
        </>
      )}
    </section>
  );
}
