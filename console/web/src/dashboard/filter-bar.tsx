import { Button, DatePicker, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { api, dataOf } from '../api/client.ts';
import { useLoad } from '../api/use-load.ts';
import { useI18n } from '../i18n/i18n.tsx';
import type { DashboardFilter, FilterValue, FilterValues } from './types.ts';

const DATE = 'YYYY-MM-DD';

/** The first and last day that a date filter stands for, for the picker; `past29days~` and the like count from today in Shanghai. */
export function pickerRange(value: FilterValue): [Dayjs | null, Dayjs | null] | null {
  if (typeof value !== 'string') return null;
  const today = dayjs(new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10));
  const past = /^past(\d+)days(~?)$/.exec(value);
  if (past) return [today.subtract(Number(past[1]), 'day'), past[2] === '~' ? today : today.subtract(1, 'day')];
  if (value === 'thisday') return [today, today];
  if (value === 'thismonth') return [today.startOf('month'), today.endOf('month')];
  const [from = '', to = from] = value.split('~');
  return [from === '' ? null : dayjs(from), to === '' ? null : dayjs(to)];
}

interface Props {
  slug: string;
  filters: readonly DashboardFilter[];
  values: FilterValues;
  onChange(values: FilterValues): void;
  text(text: string): string;
}

/** The filters of a dashboard, in one line. */
export function FilterBar({ slug, filters, values, onChange, text }: Props) {
  const { t } = useI18n();
  const set = (filter: DashboardFilter, value: FilterValue) => onChange({ ...values, [filter.slug]: value });
  const changed = filters.some(
    (filter) => JSON.stringify(values[filter.slug] ?? null) !== JSON.stringify(filter.default),
  );
  return (
    <div className="filters" role="search">
      {filters.map((filter) => (
        <label key={filter.slug} className="filter" data-testid={`filter-${filter.slug}`}>
          <span>{text(filter.name)}</span>
          {filter.type.startsWith('date/') ? (
            <DateFilter value={values[filter.slug] ?? null} onChange={(value) => set(filter, value)} />
          ) : (
            <ValuesFilter
              slug={slug}
              filter={filter}
              value={values[filter.slug] ?? null}
              onChange={(value) => set(filter, value)}
              text={text}
            />
          )}
        </label>
      ))}
      {changed && (
        <Button
          type="link"
          size="small"
          onClick={() => onChange(Object.fromEntries(filters.map((filter) => [filter.slug, filter.default])))}
        >
          {t('filter.reset')}
        </Button>
      )}
    </div>
  );
}

function DateFilter({ value, onChange }: { value: FilterValue; onChange(value: FilterValue): void }) {
  const { t } = useI18n();
  const presets = (['thisday', 'past6days~', 'past29days~', 'thismonth'] as const).map((period, index) => ({
    label: t((['filter.today', 'filter.last7', 'filter.last30', 'filter.thisMonth'] as const)[index] ?? 'filter.today'),
    value: (): [Dayjs, Dayjs] => {
      const range = pickerRange(period);
      return [range?.[0] ?? dayjs(), range?.[1] ?? dayjs()];
    },
  }));
  return (
    <DatePicker.RangePicker
      size="middle"
      style={{ width: 230 }}
      allowEmpty={[true, true]}
      presets={presets}
      value={pickerRange(value)}
      onChange={(range) =>
        onChange(
          range === null || (range[0] === null && range[1] === null)
            ? null
            : `${range[0]?.format(DATE) ?? ''}~${range[1]?.format(DATE) ?? ''}`,
        )
      }
    />
  );
}

function ValuesFilter({
  slug,
  filter,
  value,
  onChange,
  text,
}: {
  slug: string;
  filter: DashboardFilter;
  value: FilterValue;
  onChange(value: FilterValue): void;
  text(text: string): string;
}) {
  const { t } = useI18n();
  const loaded = useLoad(`${slug}/${filter.slug}`, async (signal) =>
    filter.hasValues
      ? dataOf(
          api.GET('/api/dashboards/{slug}/parameters/{id}/values', {
            params: { path: { slug, id: filter.slug } },
            signal,
          }),
        )
      : { values: [] },
  );
  const selected = value === null ? [] : Array.isArray(value) ? value : [value];
  return (
    <Select
      mode="multiple"
      size="middle"
      style={{ minWidth: 132, maxWidth: 260 }}
      popupMatchSelectWidth={false}
      maxTagCount="responsive"
      placeholder={t('filter.all')}
      loading={loaded.loading}
      allowClear
      optionFilterProp="label"
      options={(loaded.data?.values ?? []).map((option) => ({ value: option.value, label: text(option.label) }))}
      value={selected}
      onChange={(next: string[]) => onChange(next.length === 0 ? null : next)}
    />
  );
}
