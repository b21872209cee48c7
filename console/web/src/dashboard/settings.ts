import { compact, percent } from '../components/format.ts';
import type { Language } from '../i18n/i18n.tsx';

/** Metabase's `column_settings` of one column, as far as the viewer draws them. */
export interface ColumnSettings {
  column_title?: string;
  number_style?: 'decimal' | 'percent' | 'currency' | 'scientific';
  scale?: number;
  decimals?: number;
  suffix?: string;
  prefix?: string;
}

export interface SeriesSettings {
  title?: string;
  color?: string;
  display?: 'line' | 'bar' | 'area';
  axis?: 'left' | 'right';
}

export interface ClickBehavior {
  type?: string;
  linkType?: string;
  linkTemplate?: string;
}

type Settings = Readonly<Record<string, unknown>>;

export function columnSettings(settings: Settings, column: string): ColumnSettings {
  const all = settings['column_settings'] as Record<string, ColumnSettings> | undefined;
  return all?.[JSON.stringify(['name', column])] ?? {};
}

export function seriesSettings(settings: Settings, series: string): SeriesSettings {
  return (settings['series_settings'] as Record<string, SeriesSettings> | undefined)?.[series] ?? {};
}

export function clickBehavior(settings: Settings): ClickBehavior | undefined {
  return settings['click_behavior'] as ClickBehavior | undefined;
}

export function textList(settings: Settings, key: string): string[] | undefined {
  const value = settings[key];
  return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : undefined;
}

/** A value as the column's settings show it. `short` uses 万 and 亿 (or K, M, B) for large numbers, as axes and number cards do. */
export function formatValue(value: unknown, column: ColumnSettings, language: Language, short = false): string {
  if (value === null || value === undefined || value === '') return '—';
  if (typeof value !== 'number')
    return /^\d{4}-\d{2}-\d{2}[ T]\d{2}:/.test(String(value)) ? String(value).slice(0, 19) : String(value);
  if (!Number.isFinite(value)) return '—';
  if (column.number_style === 'percent') return percent(value, column.decimals ?? 1);
  const scaled = value * (column.scale ?? 1);
  const number = short
    ? compact(scaled, language, column.decimals ?? 2)
    : scaled.toLocaleString('en-US', {
        minimumFractionDigits: column.decimals,
        maximumFractionDigits: column.decimals ?? 2,
      });
  return `${column.prefix ?? ''}${number}${column.suffix ?? ''}`;
}

/** Fills `{{column}}` from the row and `{{filter:slug}}` from the filters into an address, each encoded; what has no value is left out. */
export function linkOf(
  template: string,
  row: Readonly<Record<string, unknown>>,
  filters: Readonly<Record<string, string | string[] | null>>,
): string {
  const [path = '', search = ''] = template.split('?');
  const valueOf = (name: string): string[] => {
    const value = name.startsWith('filter:') ? filters[name.slice(7)] : row[name];
    return value === null || value === undefined || value === ''
      ? []
      : Array.isArray(value)
        ? value.map(String)
        : [String(value)];
  };
  const fill = (text: string): string =>
    text.replace(/\{\{\s*([^}\s]+)\s*\}\}/g, (_, name: string) => encodeURIComponent(valueOf(name)[0] ?? ''));
  const query = new URLSearchParams();
  for (const pair of search.split('&').filter(Boolean)) {
    const [key = '', text = ''] = pair.split('=');
    const tag = /^\{\{\s*([^}\s]+)\s*\}\}$/.exec(text);
    for (const value of tag?.[1] === undefined ? [decodeURIComponent(fill(text))] : valueOf(tag[1]))
      query.append(key, value);
  }
  return query.size === 0 ? fill(path) : `${fill(path)}?${query.toString()}`;
}
