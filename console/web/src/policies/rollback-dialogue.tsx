import { Alert, App, Input, Modal } from 'antd';
import { useState } from 'react';
import { errorText } from '../components/error-text.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { rollBackPolicy, type PolicyVersion } from './policy-api.ts';

/** Asks why, then puts an older version in force again, from today on. */
export function RollbackDialogue({
  to,
  newest,
  onCancel,
  onDone,
}: {
  to: PolicyVersion;
  newest: number;
  onCancel(): void;
  onDone(): void;
}) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [note, setNote] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  async function roll(): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      const version = await rollBackPolicy(to.key, { to: to.version, note: note.trim(), basedOn: newest });
      message.success(t('policies.published', { label: version.label }));
      onDone();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Modal
      open
      title={t('policies.rollbackTo', { label: to.label })}
      onCancel={onCancel}
      onOk={() => void roll()}
      okText={t('policies.rollback')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: note.trim() === '' }}
      confirmLoading={busy}
    >
      <p>{t('policies.rollbackText')}</p>
      {error !== undefined && (
        <Alert type="error" showIcon role="alert" title={errorText(error, t)} style={{ marginBottom: 10 }} />
      )}
      <Input.TextArea
        value={note}
        maxLength={1000}
        aria-label={t('policies.note')}
        placeholder={t('policies.note')}
        onChange={(event) => setNote(event.target.value)}
        autoSize={{ minRows: 2, maxRows: 6 }}
      />
    </Modal>
  );
}
