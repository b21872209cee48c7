import { App, Button, Table } from 'antd';
import { instant } from '../components/format.ts';
import type { Schema } from '../api/schemas.ts';
import { useI18n } from '../i18n/i18n.tsx';

type Event = Schema<'RawEvent'>;

/** The events as they lie on their topics; a row opens to the whole content. */
export function RawEvents({ events }: { events: readonly Event[] }) {
  const { t, language } = useI18n();
  return (
    <Table<Event>
      size="small"
      pagination={false}
      rowKey="eventId"
      dataSource={[...events]}
      scroll={{ x: 900 }}
      expandable={{ expandedRowRender: (event) => <EventData event={event} />, expandRowByClick: true }}
      rowClassName="row-clickable"
      columns={[
        {
          title: t('event.type'),
          dataIndex: 'type',
          width: 130,
          render: (_, event) => event.title[language === 'en' ? 'en' : 'zh'],
        },
        { title: t('event.time'), dataIndex: 'time', width: 150, render: (time: string) => instant(time) },
        { title: t('event.topic'), dataIndex: 'topic', width: 230, className: 'code' },
        { title: t('event.partition'), dataIndex: 'partition', width: 72, align: 'right', className: 'code' },
        { title: t('event.offset'), dataIndex: 'offset', width: 84, align: 'right', className: 'code' },
        { title: t('event.id'), dataIndex: 'eventId', className: 'code', ellipsis: true },
      ]}
    />
  );
}

function EventData({ event }: { event: Event }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const content = JSON.stringify(event.data, null, 2);
  return (
    <div className="event-data">
      <Button
        size="small"
        onClick={(click) => {
          click.stopPropagation();
          void navigator.clipboard.writeText(content).then(() => message.success(t('event.copied')));
        }}
      >
        {t('event.copy')}
      </Button>
      <pre data-testid="event-data">{content}</pre>
    </div>
  );
}
