import { Tag } from 'antd';
import { useI18n } from '../i18n/i18n.tsx';
import { OUTCOME_COLORS } from '../theme.ts';

const QUEUE_COLORS: Readonly<Record<string, string>> = { 'second-review': '#2a6f9e', 'special-review': '#7a4fa3' };

export function QueueTag({ queue }: { queue: string }) {
  const { code } = useI18n();
  return <Tag color={QUEUE_COLORS[queue]}>{code('queue', queue)}</Tag>;
}

/** Where a task stands: who holds it, or how it ended. */
export function TaskState({
  status,
  holder,
  result,
}: {
  status: string;
  holder: string | null;
  result: string | null;
}) {
  const { t, code } = useI18n();
  if (result !== null)
    return <Tag color={OUTCOME_COLORS[result] ?? OUTCOME_COLORS['PENDING']}>{code('status', result)}</Tag>;
  return status === 'CLAIMED' ? (
    <span>{t('review.heldBy', { name: holder ?? '' })}</span>
  ) : (
    <span className="muted">{t('review.unclaimed')}</span>
  );
}
