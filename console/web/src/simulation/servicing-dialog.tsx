import { Alert, Form, InputNumber, Modal, Select } from 'antd';
import { useState } from 'react';
import { PercentInput } from '../components/amount-inputs.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { ProblemList } from './event-dialog.tsx';
import { problemLines, showFieldErrors } from './field-errors.ts';
import { choiceOf, CHOICES, servicingOf, type ServicingFields as Fields } from './servicing-rules.ts';
import { errorsBelow, type ServicingForm } from './simulation-api.ts';

interface Props {
  servicing: ServicingForm | undefined;
  onClose(): void;
  /** Tries the rules; the refusal, if there is one. */
  onSave(servicing: ServicingForm): Promise<unknown>;
}

/** How the loan is kept once it runs: penalty interest, pre-payment fee, direction of the allocation. */
export function ServicingDialog({ servicing, onClose, onSave }: Props) {
  const i18n = useI18n();
  const { t, code } = i18n;
  const [form] = Form.useForm<Fields>();
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const penalty = Form.useWatch('penalty', form) ?? choiceOf(servicing?.penaltyInterest);
  const fee = Form.useWatch('prepaymentFee', form) ?? choiceOf(servicing?.prepaymentFeeRate);
  const required = [{ required: true, message: t('simulation.required') }];
  const choices = CHOICES.map((value) => ({ value, label: t(`simulation.rule.${value}`) }));

  async function save(fields: Fields): Promise<void> {
    setBusy(true);
    const error = await onSave(servicingOf(servicing, fields));
    setBusy(false);
    if (error !== undefined)
      setProblems(
        errorsBelow(error, '/servicing').length > 0
          ? showFieldErrors(form, error, '/servicing', i18n)
          : problemLines(error, i18n),
      );
  }

  return (
    <Modal
      open
      title={t('simulation.servicing')}
      okText={t('simulation.saveEvent')}
      cancelText={t('common.cancel')}
      onOk={() => form.submit()}
      onCancel={onClose}
      confirmLoading={busy}
      width={560}
      mask={{ closable: false }}
    >
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark={false}
        preserve={false}
        className="loan-form"
        initialValues={{
          ...servicing,
          penalty: choiceOf(servicing?.penaltyInterest),
          prepaymentFee: choiceOf(servicing?.prepaymentFeeRate),
          allocation: { direction: servicing?.allocation?.direction ?? 'as-priced' },
        }}
        onFinish={(fields) => void save(fields)}
      >
        <Form.Item name="penalty" label={t('simulation.penaltyInterest')} extra={t('simulation.asPricedHint')}>
          <Select options={choices} />
        </Form.Item>
        {penalty === 'own' && (
          <>
            <Form.Item name={['penaltyInterest', 'annualRate']} label={t('simulation.penaltyRate')} rules={required}>
              <PercentInput />
            </Form.Item>
            <Form.Item name={['penaltyInterest', 'base']} label={t('simulation.penaltyBase')} initialValue="PRINCIPAL">
              <Select
                options={(['PRINCIPAL', 'PRINCIPAL_AND_INTEREST'] as const).map((value) => ({
                  value,
                  label: code('chargeBasis', value),
                }))}
              />
            </Form.Item>
            <Form.Item name={['penaltyInterest', 'yearDays']} label={t('simulation.yearDays')} initialValue={360}>
              <Select options={[360, 365].map((value) => ({ value, label: String(value) }))} />
            </Form.Item>
            <Form.Item name={['penaltyInterest', 'graceDays']} label={t('simulation.graceDays')} initialValue={0}>
              <InputNumber className="field-wide" min={0} max={90} precision={0} suffix={t('simulation.days')} />
            </Form.Item>
          </>
        )}
        <Form.Item name="prepaymentFee" label={t('simulation.prepaymentFee')}>
          <Select options={choices} />
        </Form.Item>
        {fee === 'own' && (
          <Form.Item name="prepaymentFeeRate" label={t('simulation.prepaymentFeeRate')} rules={required}>
            <PercentInput />
          </Form.Item>
        )}
        <Form.Item name={['allocation', 'direction']} label={t('simulation.direction')}>
          <Select
            options={(['as-priced', 'HORIZONTAL', 'VERTICAL'] as const).map((value) => ({
              value,
              label: value === 'as-priced' ? t('simulation.rule.as-priced') : code('direction', value),
            }))}
          />
        </Form.Item>
        {problems.length > 0 && (
          <Alert type="error" showIcon role="alert" className="field-span" title={<ProblemList lines={problems} />} />
        )}
      </Form>
    </Modal>
  );
}
