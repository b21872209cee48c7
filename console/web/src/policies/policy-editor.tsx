import { Alert, App, Button, DatePicker, Input, Space } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { ApiError } from '../api/problem.ts';
import { errorText } from '../components/error-text.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { ChangeTable } from './change-table.tsx';
import { checkPolicy, publishPolicy, type PolicyChange, type PolicyVersion } from './policy-api.ts';

/** Business date of now, Asia/Shanghai. */
export function today(): string {
  return new Date().toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });
}

type Read = { value: unknown } | { flaw: string };

function read(text: string): Read {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { flaw: error instanceof Error ? error.message : String(error) };
  }
}

/** A change of a policy: edited as JSON, checked against its schema, shown as a difference, then published. */
export function PolicyEditor({
  from,
  newest,
  onPublished,
  onCancel,
}: {
  from: PolicyVersion;
  newest: number;
  onPublished(version: PolicyVersion): void;
  onCancel(): void;
}) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [text, setText] = useState(() => JSON.stringify(from.value, null, 2));
  const [effectiveFrom, setEffectiveFrom] = useState(today);
  const [note, setNote] = useState('');
  const [checked, setChecked] = useState<{ of: string; changes: PolicyChange[] }>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const draft = read(text);
  const flaw = 'flaw' in draft ? draft.flaw : undefined;
  const current = `${effectiveFrom}\n${text}`;
  const isChecked = checked?.of === current;

  async function run(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (failure) {
      setError(failure);
      setChecked(undefined);
    } finally {
      setBusy(false);
    }
  }
  const check = () =>
    run(async () =>
      setChecked({
        of: current,
        changes: (await checkPolicy(from.key, (draft as { value: unknown }).value, effectiveFrom)).changes,
      }),
    );
  const publish = () =>
    run(async () => {
      const version = await publishPolicy(from.key, {
        value: (draft as { value: unknown }).value,
        effectiveFrom,
        note: note.trim(),
        basedOn: newest,
      });
      message.success(t('policies.published', { label: version.label }));
      onPublished(version);
    });
  const problems = error instanceof ApiError ? error.errors : [];

  return (
    <section className="panel" data-testid="policy-editor">
      <h2>{t('policies.edit', { label: from.label })}</h2>
      <Space wrap style={{ marginBottom: 10 }}>
        <label className="filter">
          <span>{t('policies.effectiveFrom')}</span>
          <DatePicker
            size="small"
            allowClear={false}
            value={dayjs(effectiveFrom)}
            onChange={(date) => date !== null && setEffectiveFrom(date.format('YYYY-MM-DD'))}
          />
        </label>
        <Input
          size="small"
          style={{ width: 420 }}
          value={note}
          maxLength={1000}
          placeholder={t('policies.note')}
          aria-label={t('policies.note')}
          onChange={(event) => setNote(event.target.value)}
        />
        <Button size="small" disabled={flaw !== undefined} loading={busy} onClick={() => void check()}>
          {t('policies.check')}
        </Button>
        <Button
          size="small"
          type="primary"
          disabled={!isChecked || note.trim() === '' || checked.changes.length === 0}
          loading={busy}
          onClick={() => void publish()}
        >
          {t('policies.publish')}
        </Button>
        <Button size="small" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
      </Space>
      {error !== undefined && (
        <Alert
          type="error"
          showIcon
          role="alert"
          style={{ marginBottom: 10 }}
          title={problems.length > 0 ? t('policies.invalid') : errorText(error, t)}
          description={
            problems.length > 0 && (
              <ul className="problems">
                {problems.map(({ pointer, code, detail }) => (
                  <li key={`${pointer} ${code} ${detail}`}>
                    <span className="code">{pointer}</span> {detail}
                  </li>
                ))}
              </ul>
            )
          }
        />
      )}
      {flaw !== undefined && (
        <p className="field-error" role="alert">
          {t('deadLetters.invalidJson', { detail: flaw })}
        </p>
      )}
      {isChecked && <ChangeTable changes={checked.changes} />}
      <Input.TextArea
        className="code"
        style={{ marginTop: 10 }}
        aria-label={t('policies.value')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoSize={{ minRows: 16, maxRows: 40 }}
        spellCheck={false}
        status={flaw === undefined ? '' : 'error'}
      />
    </section>
  );
}
