import { Button, Empty, Result, Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { ApiError } from '../api/problem.ts';
import type { Loaded } from '../api/use-load.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { errorText } from './error-text.ts';

/** A page or card that could not be loaded: what happened in words, and a way on. */
export function ErrorState({
  error,
  onRetry,
  compact = false,
}: {
  error: unknown;
  onRetry?: () => void;
  compact?: boolean;
}) {
  const { t } = useI18n();
  const retry = onRetry !== undefined && (
    <Button size={compact ? 'small' : 'middle'} onClick={onRetry}>
      {t('state.retry')}
    </Button>
  );
  if (compact)
    return (
      <div className="state-compact" role="alert">
        <p>{errorText(error, t)}</p>
        {retry}
      </div>
    );
  const status = error instanceof ApiError && error.status === 403 ? 403 : 'error';
  return <Result status={status} title={t('state.error')} subTitle={errorText(error, t)} extra={retry || undefined} />;
}

export function EmptyState({ title, hint, compact = false }: { title?: string; hint?: string; compact?: boolean }) {
  const { t } = useI18n();
  if (compact) return <div className="state-compact state-empty">{title ?? t('state.empty')}</div>;
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      description={
        <>
          <div className="state-title">{title ?? t('state.empty')}</div>
          <div className="state-hint">{hint ?? t('state.emptyHint')}</div>
        </>
      }
    />
  );
}

/** Draws what was loaded, or the state it is in. */
export function Load<Data>({ of, children }: { of: Loaded<Data>; children: (data: Data) => ReactNode }) {
  if (of.error !== undefined) return <ErrorState error={of.error} onRetry={of.reload} />;
  if (of.data === undefined) return <Skeleton active paragraph={{ rows: 8 }} />;
  return children(of.data);
}
