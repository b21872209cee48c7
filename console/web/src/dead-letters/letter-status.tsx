import { Tag } from 'antd';
import { useI18n } from '../i18n/i18n.tsx';

export function LetterStatus({ status }: { status: 'waiting' | 'replayed' }) {
  const { t } = useI18n();
  return (
    <Tag color={status === 'waiting' ? 'orange' : 'green'}>
      {t(status === 'waiting' ? 'deadLetters.open' : 'deadLetters.replayed')}
    </Tag>
  );
}
