import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useI18n } from '../i18n/i18n.tsx';

/** The page around log-in and the first change of password. */
export function SignInFrame({ title, children }: { title: string; children: ReactNode }) {
  const { t, language, setLanguage } = useI18n();
  return (
    <main className="sign-in">
      <section className="sign-in-brand" aria-hidden="true">
        <img src="/favicon.svg" alt="" width={44} height={44} />
        <p className="sign-in-name">{t('app.name')}</p>
        <p className="sign-in-tagline">{t('app.tagline')}</p>
      </section>
      <section className="sign-in-form">
        <div className="sign-in-language">
          <Button type="text" onClick={() => setLanguage(language === 'en' ? 'zh-CN' : 'en')}>
            {t('language.switch')}
          </Button>
        </div>
        <h1>{title}</h1>
        {children}
      </section>
    </main>
  );
}
