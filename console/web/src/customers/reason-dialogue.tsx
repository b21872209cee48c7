import { Alert, Input, Modal } from 'antd';
import { useState } from 'react';
import { ApiError } from '../api/problem.ts';
import { errorText } from '../components/error-text.ts';
import { useI18n } from '../i18n/i18n.tsx';

interface Props {
  title: string;
  text: string;
  /** For what cannot be undone: must be typed before it is done. */
  confirm?: string;
  onCancel(): void;
  onReason(reason: string): Promise<void>;
}

/** Asks why before something that is recorded is done, and shows why it was refused. */
export function ReasonDialogue({ title, text, confirm, onCancel, onReason }: Props) {
  const { t } = useI18n();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);

  async function go(): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      await onReason(reason.trim());
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  const ready = reason.trim().length >= 2 && (confirm === undefined || typed.trim() === confirm);
  return (
    <Modal
      open
      title={title}
      onCancel={onCancel}
      onOk={() => void go()}
      okText={title}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: !ready, danger: confirm !== undefined }}
      confirmLoading={busy}
    >
      <p>{text}</p>
      {error !== undefined && <Refusal error={error} />}
      <Input
        value={reason}
        maxLength={200}
        aria-label={t('customer.reason')}
        placeholder={t('customer.reason')}
        onChange={(event) => setReason(event.target.value)}
      />
      {confirm !== undefined && (
        <>
          <p className="muted">
            {t('customer.typeId')} <span className="code">{confirm}</span>
          </p>
          <Input
            className="code"
            value={typed}
            aria-label={t('customer.typeId')}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        </>
      )}
    </Modal>
  );
}

function Refusal({ error }: { error: unknown }) {
  const { t, code } = useI18n();
  const blockers = error instanceof ApiError && error.status === 409 ? error.errors : [];
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      style={{ marginBottom: 10 }}
      title={blockers.length === 0 ? errorText(error, t) : t('customer.openBusiness')}
      description={
        blockers.length === 0 ? undefined : (
          <ul className="problems">
            {blockers.map((blocker) => (
              <li key={blocker.detail}>
                {code('customer', blocker.code)}{' '}
                <span className="code">{blocker.detail.match(/the \w+ (\S+) is/)?.[1]}</span>
              </li>
            ))}
          </ul>
        )
      }
    />
  );
}
