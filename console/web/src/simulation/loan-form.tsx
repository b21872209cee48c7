import { Alert, Button, Form, Input, InputNumber, Segmented, Select, type FormInstance } from 'antd';
import { useEffect, useState } from 'react';
import { api, dataOf } from '../api/client.ts';
import { useLoad } from '../api/use-load.ts';
import { DayInput, PercentInput, YuanInput } from '../components/amount-inputs.tsx';
import { percentText } from '../components/decimal-text.ts';
import { errorText } from '../components/error-text.ts';
import { yuan } from '../components/format.ts';
import { useI18n } from '../i18n/i18n.tsx';
import type { LoanForm, Method, OfferedProduct } from './simulation-api.ts';

/** What is entered: the loan under the API's own names, priced by its own terms or by a product, for a channel. */
export interface LoanFields extends LoanForm {
  by: 'terms' | 'product';
  channel?: string;
}

export const METHODS: readonly Method[] = [
  'ANNUITY',
  'EQUAL_PRINCIPAL',
  'INTEREST_ONLY',
  'BALLOON',
  'FLAT',
  'FEE_INSTALMENT',
];
const DAY_COUNTS = ['30/360', 'ACT/360', 'ACT/365', 'ACT/ACT'] as const;
const ROUNDINGS = ['HALF_UP', 'HALF_EVEN'] as const;
const LARGEST_FEN = 1_000_000_000_000;
const LONGEST = 600;

interface Props {
  form: FormInstance<LoanFields>;
  busy: boolean;
  /** errors that belong to no field */
  problems: readonly string[];
  onAsk(fields: LoanFields): void;
}

/** The terms of a loan; fields that mean nothing to the chosen method or product are not shown and not sent. */
export function LoanFormPanel({ form, busy, problems, onAsk }: Props) {
  const { t, code, language } = useI18n();
  const by = Form.useWatch('by', form) ?? 'terms';
  const disbursedOn = Form.useWatch('disbursedOn', form);
  const chosen = Form.useWatch('product', form);
  const method = Form.useWatch('method', form);
  const [more, setMore] = useState(false);
  const products = useLoad(`products ${by === 'product' ? disbursedOn : ''}`, async (signal) =>
    by === 'product' && disbursedOn !== undefined
      ? (await dataOf(api.GET('/api/products', { params: { query: { on: disbursedOn } }, signal }))).products
      : [],
  );
  const product = by === 'product' ? products.data?.find((each) => each.code === chosen) : undefined;
  useEffect(() => {
    if (product !== undefined)
      form.setFieldValue('method', product.methods.length === 1 ? product.methods[0] : undefined);
  }, [form, product]);

  const required = { required: true, message: t('simulation.required') };
  return (
    <Form<LoanFields>
      form={form}
      layout="vertical"
      requiredMark={false}
      preserve={false}
      onFinish={onAsk}
      initialValues={{ by: 'terms', method: 'ANNUITY', termMonths: 36, dayCount: '30/360', rounding: 'HALF_UP' }}
      className="loan-form"
      scrollToFirstError
    >
      <Form.Item name="by" className="field-span">
        <Segmented
          block
          options={(['terms', 'product'] as const).map((value) => ({ value, label: t(`simulation.by.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="disbursedOn" label={t('simulation.disbursedOn')} rules={[required]}>
        <DayInput />
      </Form.Item>
      <Form.Item
        name="firstDueOn"
        label={t('simulation.firstDueOn')}
        tooltip={t('simulation.firstDueOnHint')}
        dependencies={['disbursedOn']}
        rules={[
          ({ getFieldValue }) => ({
            validator: async (_, value: string | undefined) =>
              value === undefined || value > (getFieldValue('disbursedOn') as string)
                ? undefined
                : Promise.reject(new Error(t('fieldError.FIRST_DUE_BEFORE_DISBURSEMENT'))),
          }),
        ]}
      >
        <DayInput />
      </Form.Item>
      {by === 'product' && (
        <>
          <Form.Item
            name="product"
            label={t('simulation.product')}
            rules={[required]}
            className="field-span"
            extra={t('simulation.productHint')}
          >
            <Select
              loading={products.loading}
              options={(products.data ?? []).map(({ code: value, name }) => ({
                value,
                label: `${language === 'en' ? name.en : name.zh} · ${value}`,
              }))}
              showSearch={{ optionFilterProp: 'label' }}
              notFoundContent={products.error === undefined ? t('simulation.noProducts') : errorText(products.error, t)}
            />
          </Form.Item>
          <Form.Item
            name="region"
            label={t('simulation.region')}
            tooltip={t('simulation.regionHint')}
            rules={[{ pattern: /^\d{6}$/, message: t('simulation.regionForm') }]}
            normalize={(value: string) => (value === '' ? undefined : value)}
          >
            <Input maxLength={6} />
          </Form.Item>
          <Form.Item
            name="channel"
            label={t('simulation.channel')}
            tooltip={t('simulation.channelHint')}
            normalize={(value: string) => (value === '' ? undefined : value)}
          >
            <Input maxLength={64} />
          </Form.Item>
        </>
      )}
      <Form.Item name="method" label={t('simulation.method')} rules={[required]} className="field-span">
        <Select
          disabled={product?.methods.length === 1}
          options={(product?.methods ?? METHODS).map((value) => ({ value, label: code('method', value) }))}
        />
      </Form.Item>
      <Form.Item
        name="principalFen"
        label={t('simulation.principal')}
        extra={
          product &&
          t('simulation.between', { from: yuan(product.principal.minFen, 0), to: yuan(product.principal.maxFen, 0) })
        }
        rules={[required, amount(t, 1, LARGEST_FEN)]}
      >
        <YuanInput />
      </Form.Item>
      <Form.Item
        name="termMonths"
        label={t('simulation.term')}
        extra={t('simulation.between', product?.months ?? { from: 1, to: LONGEST })}
        rules={[required, { type: 'integer', min: 1, max: LONGEST, message: t('fieldError.OUT_OF_RANGE') }]}
      >
        <InputNumber className="field-wide" controls={false} suffix={t('simulation.months')} />
      </Form.Item>
      {by === 'terms' && method !== 'FEE_INSTALMENT' && (
        <Form.Item name="annualRate" label={t('simulation.annualRate')} rules={[required]}>
          <PercentInput />
        </Form.Item>
      )}
      {method === 'BALLOON' && (
        <Form.Item
          name="balloonFen"
          label={t('simulation.balloon')}
          dependencies={['principalFen']}
          extra={balloonHint(product, t)}
          rules={[
            required,
            ({ getFieldValue }) =>
              amount(
                t,
                0,
                (getFieldValue('principalFen') as number | undefined) ?? LARGEST_FEN,
                'BALLOON_ABOVE_PRINCIPAL',
              ),
          ]}
        >
          <YuanInput />
        </Form.Item>
      )}
      {by === 'terms' && (method === 'FEE_INSTALMENT' || more) && (
        <Form.Item
          name="feeRate"
          label={t('simulation.feeRate')}
          tooltip={t('simulation.feeRateHint')}
          rules={method === 'FEE_INSTALMENT' ? [required] : []}
        >
          <PercentInput />
        </Form.Item>
      )}
      {by === 'terms' && (
        <Form.Item
          name="upfrontFeeFen"
          label={t('simulation.upfrontFee')}
          tooltip={t('simulation.upfrontFeeHint')}
          rules={[amount(t, 0, LARGEST_FEN)]}
        >
          <YuanInput />
        </Form.Item>
      )}
      {more && (
        <>
          <Form.Item
            name="downPaymentShare"
            label={t('simulation.downPayment')}
            tooltip={t('simulation.downPaymentHint')}
          >
            <PercentInput />
          </Form.Item>
          <Form.Item
            name="principalGracePeriods"
            label={t('simulation.principalGrace')}
            rules={[{ type: 'integer', min: 0, max: LONGEST, message: t('fieldError.OUT_OF_RANGE') }]}
          >
            <InputNumber className="field-wide" controls={false} suffix={t('simulation.periods')} />
          </Form.Item>
          {by === 'terms' && (
            <>
              <Form.Item name="dayCount" label={t('simulation.dayCount')} initialValue="30/360">
                <Select options={DAY_COUNTS.map((value) => ({ value, label: value }))} />
              </Form.Item>
              <Form.Item name="rounding" label={t('simulation.rounding')} initialValue="HALF_UP">
                <Select options={ROUNDINGS.map((value) => ({ value, label: code('rounding', value) }))} />
              </Form.Item>
            </>
          )}
        </>
      )}
      {problems.length > 0 && (
        <Alert
          type="error"
          showIcon
          role="alert"
          className="field-span"
          title={problems.join(language === 'en' ? '; ' : '；')}
        />
      )}
      <div className="loan-form-foot field-span">
        <Button type="link" size="small" onClick={() => setMore(!more)} aria-expanded={more}>
          {t(more ? 'simulation.fewer' : 'simulation.more')}
        </Button>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('simulation.ask')}
        </Button>
      </div>
    </Form>
  );
}

type Translate = ReturnType<typeof useI18n>['t'];

function amount(
  t: Translate,
  minFen: number,
  maxFen: number,
  above: 'TOO_LARGE' | 'BALLOON_ABOVE_PRINCIPAL' = 'TOO_LARGE',
) {
  const flaw = (fen: number) =>
    !Number.isInteger(fen) ? 'NOT_WHOLE_FEN' : fen < minFen ? 'TOO_SMALL' : fen > maxFen ? above : undefined;
  return {
    validator: async (_: unknown, fen: number | undefined): Promise<void> => {
      const code = fen === undefined ? undefined : flaw(fen);
      if (code !== undefined) throw new Error(t(`fieldError.${code}`));
    },
  };
}

function balloonHint(product: OfferedProduct | undefined, t: Translate): string {
  return product?.balloonMaxShare == null
    ? t('simulation.balloonHint')
    : t('simulation.balloonAtMost', { share: percentText(product.balloonMaxShare) });
}
