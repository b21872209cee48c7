import { Tag } from 'antd';
import { useI18n } from '../i18n/i18n.tsx';
import { OUTCOME_COLORS } from '../theme.ts';

export function OutcomeTag({ outcome }: { outcome: string }) {
  const { code } = useI18n();
  return <Tag color={OUTCOME_COLORS[outcome] ?? OUTCOME_COLORS['PENDING']}>{code('status', outcome)}</Tag>;
}
