import { Input, Select, Space, Table, Tag, type TableProps } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { api, dataOf } from '../api/client.ts';
import { instant } from '../components/format.ts';
import { Page } from '../components/page.tsx';
import { EmptyState, ErrorState } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { SEARCH_BY, type FoundCustomer, type SearchBy } from './customer-api.ts';

/** Looks customers up. What is looked for stays on this page: it is in no address and in no history. */
export default function CustomersPage() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [by, setBy] = useState<SearchBy>('id-no');
  const [found, setFound] = useState<FoundCustomer[]>();
  const [error, setError] = useState<unknown>();
  const [loading, setLoading] = useState(false);

  async function search(value: string): Promise<void> {
    if (value.trim() === '') return;
    setLoading(true);
    setError(undefined);
    try {
      setFound((await dataOf(api.POST('/api/customers/search', { body: { by, value: value.trim() } }))).customers);
    } catch (failure) {
      setFound(undefined);
      setError(failure);
    } finally {
      setLoading(false);
    }
  }

  const open = (customer: FoundCustomer): void => void navigate(`/customers/${customer.personId}`);
  const columns: TableProps<FoundCustomer>['columns'] = [
    {
      title: t('application.name'),
      dataIndex: 'name',
      width: 120,
      render: (name: string | null, { erased }) => (erased ? <Tag>{t('customer.erased')}</Tag> : name),
    },
    {
      title: t('application.idNo'),
      dataIndex: 'idNo',
      width: 190,
      className: 'code',
      render: (value: string | null) => value ?? t('common.none'),
    },
    {
      title: t('application.mobile'),
      dataIndex: 'mobile',
      width: 130,
      className: 'code',
      render: (value: string | null) => value ?? t('common.none'),
    },
    { title: t('customer.applications'), dataIndex: 'applications', width: 90, align: 'right' },
    { title: t('customer.guarantorOf'), dataIndex: 'guarantees', width: 110, align: 'right' },
    { title: t('customer.lastSeen'), dataIndex: 'lastSeenAt', width: 160, render: (value: string) => instant(value) },
    { title: t('customer.id'), dataIndex: 'personId', ellipsis: true, className: 'code' },
  ];

  return (
    <Page title={t('customers.title')} intro={t('customers.intro')}>
      <div className="filters" role="search">
        <Space.Compact>
          <Select<SearchBy>
            aria-label={t('customers.by')}
            value={by}
            onChange={setBy}
            style={{ width: 150 }}
            options={SEARCH_BY.map((value) => ({ value, label: t(`customers.by.${value}`) }))}
          />
          <Input.Search
            allowClear
            autoComplete="off"
            enterButton={t('common.search')}
            loading={loading}
            maxLength={64}
            aria-label={t('customers.value')}
            placeholder={t(`customers.hint.${by}`)}
            style={{ width: 380 }}
            onSearch={(value) => void search(value)}
          />
        </Space.Compact>
      </div>
      {error !== undefined ? (
        <ErrorState error={error} compact />
      ) : (
        <div className="panel">
          <Table<FoundCustomer>
            size="small"
            rowKey="personId"
            columns={columns}
            dataSource={found ?? []}
            loading={loading}
            pagination={false}
            scroll={{ x: 980 }}
            locale={{
              emptyText:
                found === undefined ? (
                  <EmptyState title={t('customers.start')} hint={t('customers.startHint')} />
                ) : (
                  <EmptyState title={t('customers.none')} hint={t('customers.noneHint')} />
                ),
            }}
            onRow={(row) => ({
              className: 'row-clickable',
              tabIndex: 0,
              onClick: () => open(row),
              onKeyDown: (event) => event.key === 'Enter' && open(row),
            })}
          />
        </div>
      )}
    </Page>
  );
}
