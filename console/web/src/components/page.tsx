import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { useI18n } from '../i18n/i18n.tsx';

/** The head of a page: title, one line that says what it is, actions on the right. */
export function Page({
  title,
  intro,
  actions,
  children,
}: {
  title: ReactNode;
  intro?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { t } = useI18n();
  useEffect(() => {
    document.title = typeof title === 'string' ? `${title} · ${t('app.name')}` : t('app.name');
  }, [title, t]);
  return (
    <div className="page">
      <header className="page-head">
        <div className="page-heading">
          <h1>{title}</h1>
          {intro !== undefined && <p>{intro}</p>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
