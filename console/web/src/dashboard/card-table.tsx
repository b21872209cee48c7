import { Table, Tag, type TableProps } from 'antd';
import { useI18n } from '../i18n/i18n.tsx';
import { OUTCOME_COLORS } from '../theme.ts';
import { columnSettings, formatValue } from './settings.ts';
import type { CardResult, DashboardCard } from './types.ts';

interface Props {
  card: DashboardCard;
  result: CardResult;
  text(text: string): string;
  onOpen?: (row: readonly unknown[]) => void;
}

interface Row {
  key: number;
  values: readonly unknown[];
}

/** Columns in the order of Metabase's `table.columns`, without those switched off there. */
function visibleColumns({ card, result }: Pick<Props, 'card' | 'result'>): { name: string; index: number }[] {
  const all = result.columns.map(({ name }, index) => ({ name, index }));
  const chosen = card.settings['table.columns'] as { name: string; enabled?: boolean }[] | undefined;
  if (chosen === undefined) return all;
  return chosen
    .filter((column) => column.enabled !== false)
    .flatMap(({ name }) => all.filter((column) => column.name === name));
}

/** A table card; a row leads on when the card says where. */
export function CardTable({ card, result, text, onOpen }: Props) {
  const { language } = useI18n();
  const columns: TableProps<Row>['columns'] = visibleColumns({ card, result }).map(({ name, index }) => {
    const settings = columnSettings(card.settings, name);
    const numeric = result.rows.some((row) => typeof row[index] === 'number');
    return {
      key: name,
      title: text(settings.column_title ?? name),
      align: numeric ? 'right' : 'left',
      ellipsis: true,
      sorter: (a, b) =>
        numeric
          ? Number(a.values[index] ?? 0) - Number(b.values[index] ?? 0)
          : String(a.values[index] ?? '').localeCompare(String(b.values[index] ?? '')),
      showSorterTooltip: false,
      render: (_, { values }) => {
        const value = values[index];
        if (typeof value === 'string' && value in OUTCOME_COLORS)
          return <Tag color={OUTCOME_COLORS[value]}>{text(value)}</Tag>;
        if (Array.isArray(value))
          return value.map((item) => text(String(item))).join(language === 'en' ? ', ' : '、') || '—';
        return typeof value === 'string'
          ? text(formatValue(value, settings, language))
          : formatValue(value, settings, language);
      },
    };
  });
  return (
    <Table<Row>
      size="small"
      columns={columns}
      dataSource={result.rows.map((values, key) => ({ key, values }))}
      pagination={{ pageSize: 10, size: 'small', hideOnSinglePage: true, showSizeChanger: false }}
      scroll={{ x: 'max-content' }}
      onRow={(row) =>
        onOpen === undefined
          ? {}
          : {
              onClick: () => onOpen(row.values),
              onKeyDown: (event) => event.key === 'Enter' && onOpen(row.values),
              tabIndex: 0,
              className: 'row-clickable',
            }
      }
    />
  );
}
