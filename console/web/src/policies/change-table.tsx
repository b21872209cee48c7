import { Table } from 'antd';
import { EmptyState } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import type { PolicyChange } from './policy-api.ts';

/** What differs between two versions: the place, before, after. */
export function ChangeTable({ changes }: { changes: readonly PolicyChange[] }) {
  const { t } = useI18n();
  const shown = (change: PolicyChange, side: 'before' | 'after'): string =>
    side in change ? JSON.stringify(change[side]) : t('policies.absent');
  if (changes.length === 0) return <EmptyState compact title={t('policies.same')} />;
  return (
    <Table<PolicyChange>
      size="small"
      pagination={false}
      rowKey="path"
      dataSource={[...changes]}
      columns={[
        { title: t('policies.path'), dataIndex: 'path', width: 340, className: 'code wrap' },
        {
          title: t('policies.before'),
          className: 'code wrap',
          render: (_, change) => <del className="diff-before">{shown(change, 'before')}</del>,
        },
        {
          title: t('policies.after'),
          className: 'code wrap',
          render: (_, change) => <ins className="diff-after">{shown(change, 'after')}</ins>,
        },
      ]}
    />
  );
}
