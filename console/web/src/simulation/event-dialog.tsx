import { Alert, Form, Modal, Select } from 'antd';
import { useEffect, useState } from 'react';
import { DayInput } from '../components/amount-inputs.tsx';
import { yuan } from '../components/format.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { EventFields, type Choices } from './event-fields.tsx';
import { EVENT_GROUPS } from './event-types.ts';
import { problemLines, showFieldErrors } from './field-errors.ts';
import { errorsBelow, type EventForm, type EventType, type Step } from './simulation-api.ts';

interface Props {
  /** what it begins with */
  event: Partial<EventForm>;
  isNew: boolean;
  /** the loan before the event */
  before: Step | undefined;
  /** transactions of earlier steps that an event can be about */
  choices: Choices;
  onClose(): void;
  /** Tries the event; the refusal, and where the event stands in what was refused. */
  onSave(event: EventForm): Promise<{ error?: unknown; index: number }>;
}

/** One event of the simulation, entered or changed. It closes when the hub has taken the event; else the errors stand at its fields. */
export function EventDialog({ event, isNew, before, choices, onClose, onSave }: Props) {
  const i18n = useI18n();
  const { t, code } = i18n;
  const [form] = Form.useForm<EventForm>();
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const type: EventType = Form.useWatch('type', form) ?? event.type ?? 'PAY';

  const hint = code('eventHint', type);

  async function save(fields: EventForm): Promise<void> {
    setBusy(true);
    setProblems([]);
    const { error, index } = await onSave({ ...fields, ...(event.id === undefined ? {} : { id: event.id }) });
    setBusy(false);
    if (error === undefined) return;
    const own = errorsBelow(error, `/events/${index}`);
    setProblems(own.length > 0 ? showFieldErrors(form, error, `/events/${index}`, i18n) : problemLines(error, i18n));
  }

  const next = before?.schedule.find(({ outstandingFen }) => outstandingFen > 0);
  useEffect(() => {
    // What is usually meant: the next instalment, in full. A person changes it.
    if (isNew && type === 'PAY' && form.getFieldValue('amountFen') === undefined && next !== undefined)
      form.setFieldValue('amountFen', next.outstandingFen);
  }, [isNew, type, form, next]);

  return (
    <Modal
      open
      title={t(isNew ? 'simulation.addEvent' : 'simulation.editEvent')}
      okText={t('simulation.saveEvent')}
      cancelText={t('common.cancel')}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={busy}
      width={560}
      mask={{ closable: false }}
    >
      <Form<EventForm>
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        initialValues={event}
        onFinish={(fields) => void save(fields)}
        className="loan-form"
      >
        <Form.Item
          name="type"
          label={t('simulation.eventType')}
          initialValue="PAY"
          extra={hint === type ? undefined : hint}
        >
          <Select
            listHeight={420}
            showSearch={{ optionFilterProp: 'label' }}
            options={EVENT_GROUPS.map(({ name, types }) => ({
              label: t(`simulation.group.${name}`),
              options: types.map((value) => ({ value, label: code('event', value) })),
            }))}
          />
        </Form.Item>
        <Form.Item
          name="on"
          label={t('simulation.on')}
          rules={[{ required: true, message: t('simulation.required') }]}
          extra={next && t('simulation.nextDue', { day: next.dueOn, amount: yuan(next.outstandingFen) })}
        >
          <DayInput />
        </Form.Item>
        <EventFields key={type} type={type} choices={choices} />
        <Form.Item name="recordedOn" label={t('simulation.recordedOn')} tooltip={t('simulation.recordedOnHint')}>
          <DayInput />
        </Form.Item>
        {problems.length > 0 && (
          <Alert type="error" showIcon role="alert" className="field-span" title={<ProblemList lines={problems} />} />
        )}
      </Form>
    </Modal>
  );
}

/** Errors, one a line. */
export function ProblemList({ lines }: { lines: readonly string[] }) {
  if (lines.length === 1) return lines[0];
  return (
    <ul className="problems">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
