import { Checkbox, Form, Input, InputNumber, Select } from 'antd';
import type { ReactNode } from 'react';
import { DayInput, PercentInput, YuanInput } from '../components/amount-inputs.tsx';
import { yuan } from '../components/format.ts';
import { useI18n } from '../i18n/i18n.tsx';
import type { MessageKey } from '../i18n/messages.zh.ts';
import { EVENT_FIELDS, type EventField } from './event-types.ts';
import type { EventForm, EventType, Step } from './simulation-api.ts';

/** What an event may refer to, as the loan stands before it. */
export interface Choices {
  transactions: readonly Step['transactions'][number][];
  charges: Step['charges'];
  schedule: Step['schedule'];
}

const PAYMENT_KINDS: readonly NonNullable<EventForm['kind']>[] = [
  'REPAYMENT',
  'GOODWILL_CREDIT',
  'MERCHANT_REFUND',
  'PAYOUT_REFUND',
  'INTEREST_PAYMENT_WAIVER',
  'FEE_ADJUSTMENT',
  'PENALTY_ADJUSTMENT',
];

/** The fields an event of a type needs and may have. */
export function EventFields({ type, choices }: { type: EventType; choices: Choices }) {
  const { t } = useI18n();
  const { needs, may = [] } = EVENT_FIELDS[type];
  const required = { required: true, message: t('simulation.required') };
  return [...needs, ...may].map((field) =>
    field === 'charge' ? (
      <ChargeFields key={field} />
    ) : field === 'restructured' ? (
      <Form.Item key={field} name={field} valuePropName="checked" initialValue={true} className="field-span">
        <Checkbox>{t('simulation.restructured')}</Checkbox>
      </Form.Item>
    ) : (
      <Form.Item
        key={field}
        name={field}
        label={t(LABELS[field])}
        rules={needs.includes(field) ? [required] : []}
        initialValue={INITIAL[field]}
      >
        <Control field={field} choices={choices} />
      </Form.Item>
    ),
  );
}

const LABELS: Readonly<Record<Exclude<EventField, 'charge' | 'restructured'>, MessageKey>> = {
  amountFen: 'simulation.amount',
  kind: 'simulation.kind',
  effect: 'simulation.effect',
  chargeId: 'simulation.charge',
  portion: 'simulation.portion',
  transactionId: 'simulation.movement',
  fromDueOn: 'simulation.fromDueOn',
  extraPeriods: 'simulation.extraPeriods',
  principalGracePeriods: 'simulation.principalGrace',
  annualRate: 'simulation.annualRate',
  newDueOn: 'simulation.newDueOn',
  periods: 'simulation.putOff',
  until: 'simulation.until',
};
const INITIAL: Readonly<Partial<Record<EventField, string>>> = {
  kind: 'REPAYMENT',
  effect: 'LOWER_INSTALMENT',
  portion: 'PENALTY',
};

/** The control of a field; Form.Item gives it id, value and onChange, which it hands on. */
function Control({ field, choices, ...given }: { field: EventField; choices: Choices }): ReactNode {
  const { t, code } = useI18n();
  const coded = (prefix: string, values: readonly string[]) =>
    values.map((value) => ({ value, label: code(prefix, value) }));
  switch (field) {
    case 'amountFen':
      return <YuanInput {...given} />;
    case 'annualRate':
      return <PercentInput {...given} />;
    case 'newDueOn':
    case 'until':
      return <DayInput {...given} />;
    case 'extraPeriods':
    case 'principalGracePeriods':
    case 'periods':
      return <InputNumber {...given} className="field-wide" min={0} precision={0} suffix={t('simulation.periods')} />;
    case 'kind':
      return <Select {...given} options={coded('transaction', PAYMENT_KINDS)} />;
    case 'effect':
      return <Select {...given} options={coded('effect', ['LOWER_INSTALMENT', 'SHORTEN_TERM'])} />;
    case 'portion':
      return <Select {...given} options={coded('portion', ['PENALTY', 'INTEREST'])} />;
    case 'chargeId':
      return (
        <Select
          {...given}
          options={choices.charges.map(({ chargeId, name }) => ({ value: chargeId, label: name }))}
          notFoundContent={t('simulation.noCharges')}
        />
      );
    case 'transactionId':
      return (
        <Select
          {...given}
          options={choices.transactions.map(({ id, kind, on, amountFen }) => ({
            value: id,
            label: `${on} ${code('transaction', kind)} ${yuan(amountFen)}`,
          }))}
          notFoundContent={t('simulation.noTransactions')}
        />
      );
    case 'fromDueOn':
      return (
        <Select
          {...given}
          options={choices.schedule.map(({ n, dueOn }) => ({
            value: dueOn,
            label: t('simulation.instalmentOn', { n, day: dueOn }),
          }))}
        />
      );
    case 'charge':
    case 'restructured':
      return null;
  }
}

const CHARGE_BASES = ['FLAT', 'PRINCIPAL', 'INTEREST', 'PRINCIPAL_AND_INTEREST'];
const CHARGE_TIMES = ['SPECIFIED_DATE', 'OVERDUE', 'INSTALMENT', 'DISBURSEMENT'];

function ChargeFields() {
  const { t, code } = useI18n();
  const basis = Form.useWatch<string | undefined>(['charge', 'basis']) ?? 'FLAT';
  const time = Form.useWatch<string | undefined>(['charge', 'time']) ?? 'SPECIFIED_DATE';
  const required = [{ required: true, message: t('simulation.required') }];
  const coded = (prefix: string, values: readonly string[]) =>
    values.map((value) => ({ value, label: code(prefix, value) }));
  return (
    <>
      <Form.Item name={['charge', 'chargeId']} label={t('simulation.chargeCode')} rules={required}>
        <Input maxLength={64} />
      </Form.Item>
      <Form.Item name={['charge', 'name']} label={t('simulation.chargeName')} rules={required}>
        <Input maxLength={64} />
      </Form.Item>
      <Form.Item name={['charge', 'kind']} label={t('simulation.chargeKind')} initialValue="FEE">
        <Select options={coded('chargeKind', ['FEE', 'PENALTY'])} />
      </Form.Item>
      <Form.Item name={['charge', 'time']} label={t('simulation.chargeTime')} initialValue="SPECIFIED_DATE">
        <Select options={coded('chargeTime', CHARGE_TIMES)} />
      </Form.Item>
      <Form.Item name={['charge', 'basis']} label={t('simulation.chargeBasis')} initialValue="FLAT">
        <Select options={coded('chargeBasis', CHARGE_BASES)} />
      </Form.Item>
      {basis === 'FLAT' ? (
        <Form.Item name={['charge', 'amountFen']} label={t('simulation.amount')} rules={required}>
          <YuanInput />
        </Form.Item>
      ) : (
        <Form.Item name={['charge', 'rate']} label={t('simulation.chargeRate')} rules={required}>
          <PercentInput />
        </Form.Item>
      )}
      {time === 'SPECIFIED_DATE' && (
        <Form.Item name={['charge', 'dueOn']} label={t('simulation.dueOn')} rules={required}>
          <DayInput />
        </Form.Item>
      )}
      {time === 'OVERDUE' && (
        <Form.Item name={['charge', 'graceDays']} label={t('simulation.graceDays')} initialValue={0}>
          <InputNumber className="field-wide" min={0} max={366} precision={0} suffix={t('simulation.days')} />
        </Form.Item>
      )}
    </>
  );
}
