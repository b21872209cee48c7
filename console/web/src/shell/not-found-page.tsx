import { Button, Result } from 'antd';
import { Link } from 'react-router-dom';
import { useI18n } from '../i18n/i18n.tsx';

export default function NotFoundPage() {
  const { t } = useI18n();
  return (
    <Result
      status="404"
      title={t('state.notFound')}
      subTitle={t('state.notFoundHint')}
      extra={
        <Link to="/">
          <Button type="primary">{t('state.home')}</Button>
        </Link>
      }
    />
  );
}
