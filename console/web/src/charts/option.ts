import { columnSettings, formatValue, seriesSettings, textList } from '../dashboard/settings.ts';
import type { CardResult, DashboardCard } from '../dashboard/types.ts';
import type { Language } from '../i18n/i18n.tsx';
import { OUTCOME_COLORS } from '../theme.ts';

/** An ECharts option as plain data. */
export type ChartOption = Readonly<Record<string, unknown>>;

export interface ChartInput {
  card: DashboardCard;
  result: CardResult;
  language: Language;
  text(text: string): string;
}

export const PALETTE = ['#1d4f91', '#3a9bb5', '#dd9a1f', '#6b5ca5', '#1a8a63', '#c23b4b', '#8a97a8', '#b06f3c'];

const AXIS = '#d5dbe3';
const TEXT = '#54616f';
const FONT = { color: TEXT, fontSize: 11 };

interface Series {
  key: string;
  name: string;
  /** Values by category; `row` is the index of the row a click leads to. */
  points: ({ value: number | null; row: number } | null)[];
  column: string;
}

/** Rows as categories and series, by Metabase's `graph.dimensions` (the second one splits) and `graph.metrics`. */
function pivot({ card, result, text }: ChartInput): { categories: string[]; series: Series[] } {
  const names = result.columns.map((column) => column.name);
  const dimensions = textList(card.settings, 'graph.dimensions') ?? [names[0] ?? ''];
  const metrics = textList(card.settings, 'graph.metrics') ?? names.filter((name) => !dimensions.includes(name));
  const at = (name: string | undefined): number => names.indexOf(name ?? '');
  const [x, split] = [at(dimensions[0]), dimensions[1] === undefined ? -1 : at(dimensions[1])];
  const categories = [...new Set(result.rows.map((row) => String(row[x] ?? '')))];
  const position = new Map(categories.map((category, index) => [category, index]));
  const series = new Map<string, Series>();
  result.rows.forEach((row, index) => {
    for (const metric of metrics) {
      const key = split === -1 ? metric : String(row[split] ?? '');
      const title =
        split === -1
          ? (columnSettings(card.settings, metric).column_title ??
            seriesSettings(card.settings, metric).title ??
            metric)
          : key;
      const entry = series.get(key) ?? { key, name: text(title), points: categories.map(() => null), column: metric };
      const value = row[at(metric)];
      entry.points[position.get(String(row[x] ?? '')) ?? 0] = {
        value: value === null || value === undefined ? null : Number(value),
        row: index,
      };
      series.set(key, entry);
    }
  });
  const order = textList(card.settings, 'graph.series_order');
  const list = [...series.values()];
  if (order !== undefined) list.sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
  return { categories, series: list };
}

function colorOf(input: ChartInput, key: string, index: number): string {
  return (
    seriesSettings(input.card.settings, key).color ??
    OUTCOME_COLORS[key] ??
    PALETTE[index % PALETTE.length] ??
    '#1d4f91'
  );
}

const tooltipBase = {
  confine: true,
  borderWidth: 0,
  padding: [8, 10],
  textStyle: { fontSize: 12, color: '#1c2733' },
  extraCssText: 'box-shadow:0 2px 10px rgba(28,39,51,.16)',
};

/** Short day labels on axes: `2026-11-05` → `11-05`. */
function axisLabel(value: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) ? value.slice(5) : value;
}

/** Line, area, bar, combo (upright) and row (lying) charts. */
export function cartesianOption(input: ChartInput): ChartOption {
  const { card, language, text } = input;
  const { categories, series } = pivot(input);
  const lying = card.display === 'row';
  const stacked =
    card.settings['stackable.stack_type'] === 'stacked' || card.settings['stackable.stack_type'] === 'normalized';
  const metricOf = (axis: 'left' | 'right') =>
    series.find((one) => (seriesSettings(card.settings, one.key).axis ?? 'left') === axis);
  const onRight = metricOf('right');
  const format = (column: string, short: boolean) => (value: unknown) =>
    formatValue(value, columnSettings(card.settings, column), language, short);
  const valueAxis = (one: Series | undefined, axis: 'left' | 'right') => ({
    type: 'value',
    axisLabel: { ...FONT, formatter: format(one?.column ?? '', true), hideOverlap: true },
    splitLine: { show: axis === 'left', lineStyle: { color: '#edf0f4' } },
    splitNumber: 4,
    minInterval:
      columnSettings(card.settings, one?.column ?? '').number_style === undefined &&
      columnSettings(card.settings, one?.column ?? '').decimals === 0
        ? 1
        : undefined,
  });
  const few = categories.length <= 5 && !/^\d{4}-\d{2}-\d{2}$/.test(categories[0] ?? '');
  const categoryAxis = {
    type: 'category',
    data: categories.map((category) => text(category)),
    inverse: lying,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: AXIS } },
    axisLabel: {
      ...FONT,
      formatter: axisLabel,
      ...(lying
        ? { width: 130, overflow: 'truncate' }
        : few
          ? { interval: 0, width: 104, overflow: 'break' }
          : { hideOverlap: true }),
    },
    boundaryGap: lying || series.some((one) => displayOf(card, one.key) === 'bar'),
  };
  const valueAxes =
    onRight === undefined
      ? valueAxis(metricOf('left') ?? series[0], 'left')
      : [valueAxis(metricOf('left'), 'left'), valueAxis(onRight, 'right')];
  const legend = series.length > 1;
  return {
    animationDuration: 250,
    textStyle: { fontFamily: 'inherit' },
    grid: {
      left: 4,
      right: lying ? 44 : 10,
      top: legend ? 30 : 12,
      bottom: 2,
      containLabel: true,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    legend: legend
      ? { type: 'scroll', top: 0, left: 0, right: 0, itemWidth: 12, itemHeight: 8, itemGap: 14, textStyle: FONT }
      : undefined,
    tooltip: {
      ...tooltipBase,
      trigger: 'axis',
      axisPointer: {
        type: lying || categoryAxis.boundaryGap ? 'shadow' : 'line',
        shadowStyle: { color: 'rgba(29,79,145,.05)' },
      },
    },
    xAxis: lying ? valueAxes : categoryAxis,
    yAxis: lying ? categoryAxis : valueAxes,
    series: series.map((one, index) =>
      seriesOption(input, one, index, {
        lying,
        stacked,
        label: lying && series.length === 1,
        format: format(one.column, false),
      }),
    ),
  };
}

function displayOf(card: DashboardCard, key: string): string {
  return (
    seriesSettings(card.settings, key).display ??
    (card.display === 'row' || card.display === 'combo' ? 'bar' : card.display)
  );
}

function seriesOption(
  input: ChartInput,
  one: Series,
  index: number,
  how: { lying: boolean; stacked: boolean; label: boolean; format: (value: unknown) => string },
): ChartOption {
  const { card } = input;
  const display = displayOf(card, one.key);
  const color = colorOf(input, one.key, index);
  return {
    name: one.name,
    type: display === 'bar' ? 'bar' : 'line',
    stack: how.stacked && display !== 'line' ? 'all' : undefined,
    yAxisIndex: !how.lying && seriesSettings(card.settings, one.key).axis === 'right' ? 1 : 0,
    data: one.points.map((point) => point ?? { value: null }),
    itemStyle: { color },
    lineStyle: { width: 2, color },
    areaStyle: display === 'area' ? { opacity: how.stacked ? 0.75 : 0.14 } : undefined,
    symbol: one.points.length > 45 ? 'none' : 'circle',
    symbolSize: 5,
    barMaxWidth: how.lying ? 16 : 26,
    label: how.label
      ? {
          show: true,
          position: 'right',
          fontSize: 11,
          color: TEXT,
          formatter: ({ value }: { value: unknown }) => how.format(value),
        }
      : undefined,
    labelLayout: { hideOverlap: true },
    tooltip: { valueFormatter: how.format },
    emphasis: { focus: 'series' },
  };
}

/** A funnel: each step with its count and its share of the first. */
export function funnelOption(input: ChartInput): ChartOption {
  const { card, result, language, text } = input;
  const names = result.columns.map((column) => column.name);
  const dimension = names.indexOf(textList(card.settings, 'funnel.dimension')?.[0] ?? names[0] ?? '');
  const metric = names.indexOf(textList(card.settings, 'funnel.metric')?.[0] ?? names[1] ?? '');
  const settings = columnSettings(card.settings, names[metric] ?? '');
  const first = Number(result.rows[0]?.[metric] ?? 0);
  const share = (value: number): string => (first === 0 ? '—' : `${((value / first) * 100).toFixed(1)}%`);
  const shades = ['#1d4f91', '#3569a6', '#5583b8', '#7a9fc9', '#a2bcd9'];
  return {
    animationDuration: 250,
    textStyle: { fontFamily: 'inherit' },
    tooltip: {
      ...tooltipBase,
      trigger: 'item',
      formatter: ({ name, value }: { name: string; value: number }) =>
        `${name}：${formatValue(value, settings, language)}（${share(value)}）`,
    },
    series: [
      {
        type: 'funnel',
        left: 8,
        right: '46%',
        top: 8,
        bottom: 8,
        min: 0,
        max: Math.max(first, 1),
        minSize: '4%',
        sort: 'none',
        gap: 3,
        label: {
          show: true,
          position: 'right',
          fontSize: 12,
          color: '#1c2733',
          formatter: ({ name, value }: { name: string; value: number }) =>
            `${name}  ${formatValue(value, settings, language)}  ${share(value)}`,
        },
        labelLine: { length: 10, lineStyle: { color: AXIS } },
        data: result.rows.map((row, index) => ({
          name: text(String(row[dimension] ?? '')),
          value: Number(row[metric] ?? 0),
          row: index,
          itemStyle: { color: shades[Math.min(index, shades.length - 1)], borderWidth: 0 },
        })),
      },
    ],
  };
}

/** A ring with a legend that names the shares. */
export function pieOption(input: ChartInput): ChartOption {
  const { card, result, language, text } = input;
  const names = result.columns.map((column) => column.name);
  const dimension = names.indexOf(textList(card.settings, 'pie.dimension')?.[0] ?? names[0] ?? '');
  const metric = names.indexOf(textList(card.settings, 'pie.metric')?.[0] ?? names[1] ?? '');
  const settings = columnSettings(card.settings, names[metric] ?? '');
  return {
    animationDuration: 250,
    textStyle: { fontFamily: 'inherit' },
    tooltip: {
      ...tooltipBase,
      trigger: 'item',
      valueFormatter: (value: unknown) => formatValue(value, settings, language),
    },
    legend: {
      type: 'scroll',
      orient: 'vertical',
      right: 4,
      top: 'middle',
      itemWidth: 10,
      itemHeight: 10,
      textStyle: FONT,
    },
    series: [
      {
        type: 'pie',
        radius: ['48%', '78%'],
        center: ['34%', '50%'],
        label: { show: false },
        data: result.rows.map((row, index) => ({
          name: text(String(row[dimension] ?? '')),
          value: Number(row[metric] ?? 0),
          row: index,
          itemStyle: { color: colorOf(input, String(row[dimension] ?? ''), index) },
        })),
      },
    ],
  };
}

/** The option of a card by its display; undefined for a display that is no chart. */
export function chartOption(input: ChartInput): ChartOption | undefined {
  switch (input.card.display) {
    case 'line':
    case 'area':
    case 'bar':
    case 'combo':
    case 'row':
      return cartesianOption(input);
    case 'funnel':
      return funnelOption(input);
    case 'pie':
      return pieOption(input);
    default:
      return undefined;
  }
}
