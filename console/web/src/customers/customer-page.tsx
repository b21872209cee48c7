import { ArrowLeftOutlined } from '@ant-design/icons';
import { Alert, App, Button, Descriptions } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import { api, dataOf } from '../api/client.ts';
import { ApiError } from '../api/problem.ts';
import { useLoad } from '../api/use-load.ts';
import { instant } from '../components/format.ts';
import { Page } from '../components/page.tsx';
import { EmptyState, Load } from '../components/states.tsx';
import { useDictionary } from '../components/use-dictionary.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession } from '../session/session.tsx';
import {
  downloadCustomer,
  eraseCustomer,
  revealCustomer,
  type Customer,
  type RevealedCustomer,
} from './customer-api.ts';
import { Accesses, CustomerTables } from './customer-tables.tsx';
import { ReasonDialogue } from './reason-dialogue.tsx';

/** One customer over everything the hub knows of it. */
export default function CustomerPage() {
  const { t } = useI18n();
  const { personId = '' } = useParams();
  const navigate = useNavigate();
  const loaded = useLoad(personId, async (signal) =>
    dataOf(api.GET('/api/customers/{personId}', { params: { path: { personId } }, signal })),
  );
  const missing = loaded.error instanceof ApiError && loaded.error.status === 404;
  return (
    <Page
      title={t('customer.title')}
      intro={<span className="code">{personId}</span>}
      actions={
        <Button icon={<ArrowLeftOutlined />} onClick={() => void navigate('/customers')}>
          {t('customer.backToSearch')}
        </Button>
      }
    >
      {missing ? (
        <EmptyState title={t('customer.notFound')} hint={t('customer.notFoundHint')} />
      ) : (
        <Load of={loaded}>
          {(customer) => <Detail key={customer.personId} customer={customer} reload={loaded.reload} />}
        </Load>
      )}
    </Page>
  );
}

type Asked = 'reveal' | 'export' | 'erase';

function Detail({ customer, reload }: { customer: Customer; reload(): void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { can } = useSession();
  const { personId, erased } = customer;
  const [plain, setPlain] = useState<RevealedCustomer>();
  const [asked, setAsked] = useState<Asked>();
  const [round, setRound] = useState(0);

  async function act(reason: string): Promise<void> {
    if (asked === 'reveal') setPlain(await revealCustomer(personId, reason));
    if (asked === 'export') await downloadCustomer(personId, reason);
    if (asked === 'erase') {
      await eraseCustomer(personId, reason);
      setPlain(undefined);
      reload();
    }
    if (asked !== 'reveal') void message.success(t(asked === 'export' ? 'customer.exported' : 'customer.erasedNow'));
    setAsked(undefined);
    setRound(round + 1);
  }

  return (
    <>
      {erased && <Alert type="warning" showIcon title={t('customer.erased')} description={t('customer.erasedHint')} />}
      {(customer.mayReveal || customer.mayExport || customer.mayErase) && (
        <div className="filters">
          {customer.mayReveal && plain === undefined && (
            <Button onClick={() => setAsked('reveal')}>{t('customer.reveal')}</Button>
          )}
          {customer.mayExport && <Button onClick={() => setAsked('export')}>{t('customer.export')}</Button>}
          {customer.mayErase && (
            <Button danger onClick={() => setAsked('erase')}>
              {t('customer.erase')}
            </Button>
          )}
          <span className="muted">{t('customer.recorded')}</span>
        </div>
      )}
      {!erased && <Identity customer={customer} plain={plain} />}
      <CustomerTables customer={customer} />
      {can('audit.read') && <AccessPanel personId={personId} round={round} />}
      {asked !== undefined && (
        <ReasonDialogue
          title={t(`customer.${asked}`)}
          text={t(`customer.${asked}Text`)}
          confirm={asked === 'erase' ? personId : undefined}
          onCancel={() => setAsked(undefined)}
          onReason={act}
        />
      )}
    </>
  );
}

function Identity({
  customer: { person, contacts },
  plain,
}: {
  customer: Customer;
  plain: RevealedCustomer | undefined;
}) {
  const { t, code } = useI18n();
  const name = useDictionary();
  if (person === null) return <EmptyState compact title={t('customer.notFound')} />;
  const item = (label: string, children: ReactNode) => ({ key: label, label, children });
  const shown = (key: string, mask: string): string =>
    plain?.contacts.find((contact) => contact.key === key)?.value ?? mask;
  return (
    <div className="columns">
      <section className="panel" data-testid="person">
        <h2>{t('customer.person')}</h2>
        <Descriptions
          size="small"
          column={2}
          items={[
            item(t('application.name'), plain?.name ?? person.name),
            item(t('application.idNo'), <span className="code">{plain?.idNo ?? person.idNo}</span>),
            item(t('application.mobile'), <span className="code">{plain?.mobile ?? person.mobile}</span>),
            item(t('application.birthDate'), person.birthDate),
            item(t('customer.sex'), code('sex', person.sex)),
            item(t('customer.idRegion'), `${name(person.idRegion.slice(0, 2))} ${person.idRegion}`),
          ]}
        />
      </section>
      <section className="panel" data-testid="contacts">
        <h2>
          {t('customer.contacts')} <small>{contacts.length}</small>
        </h2>
        <Descriptions
          size="small"
          column={1}
          items={contacts.map((contact) => ({
            key: contact.key,
            label: t(`contact.${contact.kind}`),
            children: (
              <>
                <span className="code">{shown(contact.key, contact.mask)}</span>
                <span className="muted" style={{ marginLeft: 10 }}>
                  {contact.kind === 'address' && contact.detail !== null
                    ? name(contact.detail.slice(0, 2))
                    : contact.detail}{' '}
                  {t('customer.seen', { count: contact.applications, time: instant(contact.lastSeenAt) })}
                </span>
              </>
            ),
          }))}
        />
      </section>
    </div>
  );
}

function AccessPanel({ personId, round }: { personId: string; round: number }) {
  const loaded = useLoad(personId, async (signal) =>
    dataOf(api.GET('/api/customers/{personId}/accesses', { params: { path: { personId } }, signal })),
  );
  const { reload } = loaded;
  useEffect(() => {
    if (round > 0) reload();
  }, [round, reload]);
  return <Load of={loaded}>{({ accesses }) => <Accesses accesses={accesses} />}</Load>;
}
