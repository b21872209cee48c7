import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { ApiError } from '../api/problem.ts';
import { errorText } from '../components/error-text.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession } from './session.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

export function LoginPage() {
  const { t } = useI18n();
  const { signIn, ended } = useSession();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  async function submit({ name, password }: { name: string; password: string }): Promise<void> {
    setBusy(true);
    setError(undefined);
    try {
      await signIn(name, password);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  const message = (): string | undefined => {
    if (error === undefined) return undefined;
    if (error instanceof ApiError && error.code === 'WRONG_CREDENTIALS') return t('login.wrong');
    if (error instanceof ApiError && error.status === 429)
      return t('login.throttled', { seconds: error.retryAfterSeconds ?? 60 });
    return errorText(error, t);
  };

  return (
    <SignInFrame title={t('login.title')}>
      {ended && error === undefined && (
        <Alert type="info" showIcon title={t('login.ended')} className="sign-in-alert" />
      )}
      {error !== undefined && <Alert type="error" showIcon title={message()} role="alert" className="sign-in-alert" />}
      <Form
        layout="vertical"
        size="large"
        requiredMark={false}
        onFinish={(fields) => void submit(fields)}
        disabled={busy}
      >
        <Form.Item
          name="name"
          label={t('login.name')}
          rules={[{ required: true, whitespace: true, message: t('login.nameMissing') }]}
        >
          <Input autoFocus autoComplete="username" autoCapitalize="none" spellCheck={false} maxLength={64} />
        </Form.Item>
        <Form.Item
          name="password"
          label={t('login.password')}
          rules={[{ required: true, message: t('login.passwordMissing') }]}
        >
          <Input.Password autoComplete="current-password" maxLength={256} />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('login.submit')}
        </Button>
      </Form>
    </SignInFrame>
  );
}
