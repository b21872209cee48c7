import { DatePicker, InputNumber } from 'antd';
import dayjs from 'dayjs';
import { useI18n } from '../i18n/i18n.tsx';
import { fenOf, percentText, rateOf, yuanText } from './decimal-text.ts';

interface Control<Value> {
  /** Given by Form.Item. */
  id?: string;
  value?: Value | null;
  onChange?(value: Value | undefined): void;
}

/** Decimals stay text, so that no digit is lost. */
const DECIMAL = { stringMode: true, className: 'field-wide', controls: false } as const;

const grouped = (text: string): string => {
  const [whole = '', decimals = ''] = text.split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${decimals.padEnd(2, '0')}`;
};

/** An amount: yuan on the page, whole fen in the form. */
export function YuanInput({ id, value, onChange }: Control<number>) {
  const { t } = useI18n();
  return (
    <InputNumber<string>
      id={id}
      {...DECIMAL}
      suffix={t('common.yuan')}
      value={value == null ? null : yuanText(value)}
      formatter={(text, { userTyping, input }) =>
        userTyping ? input : text === undefined || text === '' ? '' : grouped(String(text))
      }
      parser={(text) => (text ?? '').replaceAll(',', '')}
      onChange={(text) => onChange?.(text === null || text === '' ? undefined : fenOf(text))}
    />
  );
}

/** A rate: percent on the page, a decimal string in the form. */
export function PercentInput({ id, value, onChange }: Control<string>) {
  return (
    <InputNumber<string>
      id={id}
      {...DECIMAL}
      suffix="%"
      value={value == null ? null : percentText(value)}
      onChange={(text) => onChange?.(text === null || text === '' ? undefined : rateOf(text))}
    />
  );
}

/** A day: `YYYY-MM-DD` in the form. */
export function DayInput({ id, value, onChange }: Control<string>) {
  return (
    <DatePicker
      id={id}
      className="field-wide"
      value={value == null ? null : dayjs(value)}
      onChange={(day) => onChange?.(day?.format('YYYY-MM-DD'))}
    />
  );
}
