import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { ApiError } from '../api/problem.ts';
import { errorText } from '../components/error-text.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession } from './session.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

/** The hub's rule for a new password (console/auth/passwords.ts). */
const MINIMUM_LENGTH = 10;

interface Fields {
  current: string;
  next: string;
  again: string;
}

/** Shown instead of every page until a made-up password has been replaced. */
export function PasswordPage() {
  const { t } = useI18n();
  const { changePassword, signOut } = useSession();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  async function submit({ current, next }: Fields): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      await changePassword(current, next);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  const message =
    error instanceof ApiError && error.code === 'WRONG_CREDENTIALS'
      ? t('login.wrong')
      : error instanceof ApiError && error.status === 400
        ? t('password.hint', { length: MINIMUM_LENGTH })
        : errorText(error, t);

  return (
    <SignInFrame title={t('password.title')}>
      {error !== undefined && <Alert type="error" showIcon title={message} role="alert" className="sign-in-alert" />}
      <Form<Fields>
        layout="vertical"
        size="large"
        requiredMark={false}
        onFinish={(fields) => void submit(fields)}
        disabled={busy}
      >
        <Form.Item
          name="current"
          label={t('password.current')}
          rules={[{ required: true, message: t('login.passwordMissing') }]}
        >
          <Input.Password autoComplete="current-password" maxLength={256} />
        </Form.Item>
        <Form.Item
          name="next"
          label={t('password.new')}
          extra={t('password.hint', { length: MINIMUM_LENGTH })}
          rules={[{ required: true, min: MINIMUM_LENGTH, message: t('password.hint', { length: MINIMUM_LENGTH }) }]}
        >
          <Input.Password autoComplete="new-password" maxLength={256} />
        </Form.Item>
        <Form.Item
          name="again"
          label={t('password.again')}
          dependencies={['next']}
          rules={[
            ({ getFieldValue }) => ({
              validator: async (_, value) =>
                value === getFieldValue('next') ? undefined : Promise.reject(new Error(t('password.differ'))),
            }),
          ]}
        >
          <Input.Password autoComplete="new-password" maxLength={256} />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('password.submit')}
        </Button>
        <Button type="link" block onClick={() => void signOut()} disabled={false}>
          {t('nav.signOut')}
        </Button>
      </Form>
    </SignInFrame>
  );
}
