import { Alert, Button, Form, Input, InputNumber, Modal, Select, Space } from 'antd';
import { useState } from 'react';
import { ApiError } from '../api/problem.ts';
import { errorText } from '../components/error-text.ts';
import { useDictionary } from '../components/use-dictionary.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useSession } from '../session/session.tsx';
import { QueueTag, TaskState } from './queue-tag.tsx';
import { type CommandBody, DOCUMENT_KINDS, type TaskRecord } from './review-api.ts';
import type { Commander } from './use-command.ts';

type Dialogue = 'approve' | 'decline' | 'escalate' | 'release' | 'note' | 'document';
type Reason = CommandBody<'decline'>['reasonCodes'][number];
type Document = CommandBody<'document'>['document'];

interface Values {
  text?: string;
  amountYuan?: number;
  termMonths?: number;
  annualRate?: string;
  reasonCodes?: Reason[];
  name?: string;
  kind?: Document['kind'];
  reference?: string;
}

const REASONS: readonly Reason[] = [
  'BUREAU_SCORE',
  'BUREAU_OVERDUE',
  'SCORECARD',
  'BLACKLIST',
  'DUPLICATE_APPLICATION',
  'LTV_CAP',
  'DTI_CAP',
  'CAR_AGE',
  'TENOR_CAP',
  'RATE_CEILING',
  'REGION_CLOSED',
  'BUREAU_UNAVAILABLE',
  'CONSENT_MISSING',
  'AGE_MIN',
  'AGE_AT_MATURITY',
];

/** What this person can do with the case now, and why not the rest. */
export function CommandPanel({ record, commander }: { record: TaskRecord; commander: Commander }) {
  const { t } = useI18n();
  const { can } = useSession();
  const [dialogue, setDialogue] = useState<Dialogue>();
  const task = record.tasks.at(-1)!;
  const { taskId } = task;
  const works = can('tasks.second-review') || can('tasks.special-review');
  const open = task.status !== 'CLOSED';
  const problems =
    commander.error instanceof ApiError
      ? commander.error.errors.filter(
          ({ code }) => commander.error instanceof ApiError && code !== commander.error.code,
        )
      : [];
  const button = (name: Dialogue, options: { primary?: boolean; danger?: boolean } = {}) => (
    <Button
      type={options.primary === true ? 'primary' : 'default'}
      danger={options.danger === true}
      onClick={() => setDialogue(name)}
      disabled={commander.busy !== undefined}
    >
      {t(`review.${name}`)}
    </Button>
  );

  return (
    <section className="panel" data-testid="commands">
      <h2>
        {t('review.task')} <QueueTag queue={task.queue} /> <TaskState {...task} />
      </h2>
      {commander.error !== undefined && dialogue === undefined && (
        <Alert type="error" showIcon role="alert" title={errorText(commander.error, t)} style={{ marginBottom: 10 }} />
      )}
      {open && record.touched && !record.holds && (
        <Alert type="info" showIcon title={t('review.fourEyes')} style={{ marginBottom: 10 }} />
      )}
      {!open && <p className="muted">{t('review.closed')}</p>}
      <Space wrap>
        {record.mayClaim && (
          <Button
            type="primary"
            loading={commander.busy === 'claim'}
            onClick={() => void commander.give('claim', { taskId })}
          >
            {t('review.claim')}
          </Button>
        )}
        {record.holds && (
          <>
            {button('approve', { primary: true })}
            {button('decline', { danger: true })}
            {task.queue === 'second-review' && button('escalate')}
            {button('release')}
          </>
        )}
        {open && works && (
          <>
            {button('note')}
            {button('document')}
          </>
        )}
      </Space>
      {dialogue !== undefined && (
        <CommandDialogue
          name={dialogue}
          record={record}
          busy={commander.busy !== undefined}
          error={
            commander.error === undefined
              ? undefined
              : [errorText(commander.error, t), ...problems.map(({ detail }) => detail)].join(' · ')
          }
          onCancel={() => setDialogue(undefined)}
          onGive={async (values) => {
            if (await give(commander, dialogue, record, values)) setDialogue(undefined);
          }}
        />
      )}
    </section>
  );
}

function give(commander: Commander, name: Dialogue, record: TaskRecord, values: Values): Promise<boolean> {
  const { taskId } = record.tasks.at(-1)!;
  const text = values.text?.trim() ?? '';
  const { revision } = record;
  switch (name) {
    case 'approve': {
      const rate = values.annualRate?.trim() ?? '';
      return commander.give('approve', {
        taskId,
        revision,
        text,
        amountFen: Math.round((values.amountYuan ?? 0) * 100),
        termMonths: values.termMonths ?? 0,
        ...(rate === '' ? {} : { annualRate: rate }),
      });
    }
    case 'decline':
      return commander.give('decline', { taskId, revision, text, reasonCodes: values.reasonCodes ?? [] });
    case 'escalate':
      return commander.give('escalate', { taskId, revision, text });
    case 'release':
      return commander.give('release', { taskId, ...(text === '' ? {} : { text }) });
    case 'note':
      return commander.give('note', { taskId, text });
    case 'document':
      return commander.give('document', {
        taskId,
        document: { name: values.name ?? '', kind: values.kind ?? 'other', reference: values.reference ?? '' },
        ...(text === '' ? {} : { text }),
      });
  }
}

interface DialogueProps {
  name: Dialogue;
  record: TaskRecord;
  busy: boolean;
  error: string | undefined;
  onCancel(): void;
  onGive(values: Values): Promise<void>;
}

function CommandDialogue({ name, record, busy, error, onCancel, onGive }: DialogueProps) {
  const { t, code } = useI18n();
  const dictionary = useDictionary();
  const [form] = Form.useForm<Values>();
  const { facts } = record;
  const required = { required: true, message: t('review.required') };
  const needsText = name !== 'release' && name !== 'document';
  return (
    <Modal
      open
      title={t(`review.${name}`)}
      onCancel={onCancel}
      onOk={() => form.submit()}
      okText={t('review.submit')}
      cancelText={t('common.cancel')}
      confirmLoading={busy}
      destroyOnHidden
    >
      {error !== undefined && <Alert type="error" showIcon role="alert" title={error} style={{ marginBottom: 12 }} />}
      <Form<Values>
        form={form}
        layout="vertical"
        onFinish={(values) => void onGive(values)}
        initialValues={{
          amountYuan: facts.requestedAmountFen / 100,
          termMonths: facts.termMonths,
          kind: 'income',
          reasonCodes: [],
        }}
      >
        {name === 'approve' && (
          <>
            <Form.Item name="amountYuan" label={t('review.amount')} rules={[required]}>
              <InputNumber
                min={0.01}
                max={facts.requestedAmountFen / 100}
                precision={2}
                style={{ width: '100%' }}
                suffix={t('common.yuan')}
              />
            </Form.Item>
            <Form.Item name="termMonths" label={t('review.term')} rules={[required]}>
              <InputNumber min={1} max={facts.termMonths} precision={0} style={{ width: '100%' }} />
            </Form.Item>
            <Form.Item
              name="annualRate"
              label={t('review.rate')}
              extra={
                facts.annualRate === null ? t('review.rateNeeded') : t('review.rateDefault', { rate: facts.annualRate })
              }
              rules={[
                { pattern: /^0(\.\d{1,6})?$/, message: t('review.rateForm') },
                ...(facts.annualRate === null ? [required] : []),
              ]}
            >
              <Input placeholder={facts.annualRate ?? '0.072'} maxLength={8} />
            </Form.Item>
          </>
        )}
        {name === 'decline' && (
          <Form.Item name="reasonCodes" label={t('review.declineReasons')} rules={[required]}>
            <Select mode="multiple" options={REASONS.map((reason) => ({ value: reason, label: dictionary(reason) }))} />
          </Form.Item>
        )}
        {name === 'document' && (
          <>
            <Form.Item name="name" label={t('review.documentName')} rules={[required]}>
              <Input maxLength={200} />
            </Form.Item>
            <Form.Item name="kind" label={t('review.documentKind')}>
              <Select options={DOCUMENT_KINDS.map((kind) => ({ value: kind, label: code('document', kind) }))} />
            </Form.Item>
            <Form.Item name="reference" label={t('review.documentReference')} rules={[required]}>
              <Input maxLength={500} />
            </Form.Item>
          </>
        )}
        <Form.Item
          name="text"
          label={t(name === 'note' ? 'review.noteText' : 'review.reasonText')}
          extra={t('review.textHint')}
          rules={needsText ? [{ ...required, whitespace: true }] : []}
        >
          <Input.TextArea maxLength={2000} autoSize={{ minRows: 3, maxRows: 10 }} />
        </Form.Item>
      </Form>
    </Modal>
  );
}
