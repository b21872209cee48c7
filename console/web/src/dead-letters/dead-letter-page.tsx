import { ArrowLeftOutlined } from '@ant-design/icons';
import { Alert, Button, Descriptions, Table } from 'antd';
import { useNavigate, useParams } from 'react-router-dom';
import { useLoad } from '../api/use-load.ts';
import { instant } from '../components/format.ts';
import { Page } from '../components/page.tsx';
import { Load } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { showLetter, type ShownLetter } from './dead-letter-api.ts';
import { LetterStatus } from './letter-status.tsx';
import { ReplayPanel } from './replay-panel.tsx';

/** One dead letter: why it died, what it carried, and its replay. */
export default function DeadLetterPage() {
  const { t } = useI18n();
  const { id = '' } = useParams();
  const navigate = useNavigate();
  const loaded = useLoad(id, (signal) => showLetter(id, signal));
  return (
    <Page
      title={t('deadLetters.title')}
      intro={<span className="code">{id}</span>}
      actions={
        <Button icon={<ArrowLeftOutlined />} onClick={() => void navigate('/dead-letters')}>
          {t('common.back')}
        </Button>
      }
    >
      <Load of={loaded}>{(letter) => <Letter letter={letter} onReplayed={loaded.reload} />}</Load>
    </Page>
  );
}

function Letter({ letter, onReplayed }: { letter: ShownLetter; onReplayed(): void }) {
  const { t } = useI18n();
  const item = (label: string, children: React.ReactNode, span = 1) => ({ key: label, label, children, span });
  const code = (value: React.ReactNode) => <span className="code">{value}</span>;
  return (
    <>
      {letter.replay !== null && (
        <Alert
          type="success"
          showIcon
          title={t('deadLetters.replayedBy', {
            name: letter.replay.requestedBy.replace(/^user:/, ''),
            time: instant(letter.replay.requestedAt),
          })}
        />
      )}
      <section className="panel">
        <h2>{t('application.overview')}</h2>
        <Descriptions
          size="small"
          column={3}
          items={[
            item(t('deadLetters.state'), <LetterStatus status={letter.status} />),
            item(t('deadLetters.reason'), code(letter.reason)),
            item(t('deadLetters.step'), code(letter.step)),
            item(t('event.topic'), code(letter.topic)),
            item(`${t('event.partition')} / ${t('event.offset')}`, code(`${letter.partition} / ${letter.offset}`)),
            item(t('event.time'), instant(letter.diedAt)),
            item(t('event.type'), code(letter.eventType ?? t('common.none'))),
            item(t('event.id'), code(letter.eventId ?? t('common.none'))),
            item(t('deadLetters.key'), code(letter.key ?? t('common.none'))),
            item(t('deadLetters.detail'), letter.detail, 3),
          ]}
        />
      </section>
      <ReplayPanel key={`${letter.id} ${letter.status}`} letter={letter} onReplayed={onReplayed} />
      <section className="panel">
        <h2>{t('deadLetters.headers')}</h2>
        <Table
          size="small"
          pagination={false}
          rowKey={({ name, value }) => `${name}=${value}`}
          dataSource={letter.headers}
          columns={[
            { dataIndex: 'name', width: 220, className: 'code' },
            { dataIndex: 'value', className: 'code wrap' },
          ]}
          showHeader={false}
        />
      </section>
    </>
  );
}
