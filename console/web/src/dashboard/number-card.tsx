import { useI18n } from '../i18n/i18n.tsx';
import { columnSettings, formatValue, textList } from './settings.ts';
import type { CardResult, DashboardCard } from './types.ts';

/** One figure. The full number is in its title when the card shows it shortened. */
export function NumberCard({ card, result }: { card: DashboardCard; result: CardResult }) {
  const { language } = useI18n();
  const names = result.columns.map((column) => column.name);
  const field = textList(card.settings, 'scalar.field')?.[0] ?? names[0] ?? '';
  const value = result.rows[0]?.[names.indexOf(field)];
  const settings = columnSettings(card.settings, field);
  const short = card.settings['scalar.compact_primary_number'] === 'yes';
  return (
    <div
      className="figure"
      title={formatValue(value, settings, language)}
      data-value={value === null || value === undefined ? '' : String(value)}
    >
      {formatValue(value, settings, language, short)}
    </div>
  );
}
