import { Button, Select, Table, Tag } from 'antd';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { useLoad } from '../api/use-load.ts';
import { instant } from '../components/format.ts';
import { Page } from '../components/page.tsx';
import { Load } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession } from '../session/session.tsx';
import { ChangeTable } from './change-table.tsx';
import { diffOf, policies, versionsOf, type PolicyVersion } from './policy-api.ts';
import { PolicyEditor } from './policy-editor.tsx';
import { RollbackDialogue } from './rollback-dialogue.tsx';

/** The policies: their versions, what changed between any two, a change, a rollback. */
export default function PoliciesPage() {
  const { t, language } = useI18n();
  const [search, setSearch] = useSearchParams();
  const key = search.get('key') ?? 'review';
  const all = useLoad('policies', policies);
  const versions = useLoad(key, (signal) => versionsOf(key, signal));
  return (
    <Page
      title={t('policies.title')}
      intro={t('policies.intro')}
      actions={
        <Select
          style={{ width: 220 }}
          aria-label={t('policies.title')}
          value={key}
          onChange={(next: string) => setSearch({ key: next }, { replace: true })}
          options={(all.data ?? []).map((policy) => ({
            value: policy.key,
            label: policy.title[language === 'en' ? 'en' : 'zh'],
          }))}
        />
      }
    >
      <Load of={versions}>{(found) => <Versions key={key} versions={found} reload={versions.reload} />}</Load>
    </Page>
  );
}

function Versions({ versions, reload }: { versions: PolicyVersion[]; reload(): void }) {
  const { t, code } = useI18n();
  const { can } = useSession();
  const [chosen, setChosen] = useState<number[]>([]);
  const [editing, setEditing] = useState<PolicyVersion>();
  const [rolling, setRolling] = useState<PolicyVersion>();
  const newest = versions[0]?.version ?? 0;
  const mayChange = can('policies.change');
  // Two chosen versions are compared; with none chosen the newest with the one before it.
  const pair = chosen.length === 2 ? [...chosen].sort((a, b) => a - b) : newest > 1 ? [newest - 1, newest] : [];
  const published = (): void => {
    setEditing(undefined);
    setRolling(undefined);
    setChosen([]);
    reload();
  };
  return (
    <>
      <div className="panel">
        <Table<PolicyVersion>
          size="small"
          rowKey="version"
          dataSource={versions}
          pagination={versions.length > 12 ? { pageSize: 12, size: 'small' } : false}
          rowSelection={{
            selectedRowKeys: chosen,
            hideSelectAll: true,
            columnTitle: t('policies.compare'),
            columnWidth: 64,
            onChange: (keys) => setChosen(keys.map(Number).slice(-2)),
          }}
          columns={[
            { title: t('policies.version'), dataIndex: 'version', width: 72, align: 'right' },
            {
              title: t('policies.label'),
              dataIndex: 'label',
              width: 210,
              render: (label: string, version) => (
                <>
                  {label} {version.inForce && <Tag color="#2f8f5b">{t('policies.inForce')}</Tag>}
                </>
              ),
            },
            { title: t('policies.effectiveFrom'), dataIndex: 'effectiveFrom', width: 110 },
            {
              title: t('policies.createdBy'),
              dataIndex: 'createdBy',
              width: 130,
              render: (who: string) => code('actor', who),
            },
            { title: t('policies.createdAt'), dataIndex: 'createdAt', width: 160, render: (at: string) => instant(at) },
            { title: t('policies.note'), dataIndex: 'note', render: (note: string | null) => note ?? t('common.none') },
            ...(mayChange
              ? [
                  {
                    title: t('policies.actions'),
                    width: 170,
                    render: (_: unknown, version: PolicyVersion) => (
                      <>
                        <Button type="link" size="small" onClick={() => setEditing(version)}>
                          {t('policies.editThis')}
                        </Button>
                        {version.version !== newest && (
                          <Button type="link" size="small" onClick={() => setRolling(version)}>
                            {t('policies.rollback')}
                          </Button>
                        )}
                      </>
                    ),
                  },
                ]
              : []),
          ]}
        />
      </div>
      {rolling !== undefined && (
        <RollbackDialogue to={rolling} newest={newest} onCancel={() => setRolling(undefined)} onDone={published} />
      )}
      {editing !== undefined && (
        <PolicyEditor
          key={editing.version}
          from={editing}
          newest={newest}
          onPublished={published}
          onCancel={() => setEditing(undefined)}
        />
      )}
      {pair.length === 2 && versions[0] !== undefined && (
        <Difference policy={versions[0].key} from={pair[0]!} to={pair[1]!} />
      )}
    </>
  );
}

function Difference({ policy, from, to }: { policy: string; from: number; to: number }) {
  const { t } = useI18n();
  const changes = useLoad(`${policy} ${from} ${to}`, (signal) => diffOf(policy, from, to, signal));
  return (
    <section className="panel" data-testid="policy-diff">
      <h2>{t('policies.diff', { from, to })}</h2>
      <Load of={changes}>{(found) => <ChangeTable changes={found} />}</Load>
    </section>
  );
}
