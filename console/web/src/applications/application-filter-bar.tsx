import { Tag } from 'antd';
import { useI18n } from '../i18n/i18n.tsx';
import type { MessageKey } from '../i18n/messages.zh.ts';

const SHOWN: { name: string; title: MessageKey }[] = [
  { name: 'date', title: 'application.businessDate' },
  { name: 'partner', title: 'application.partner' },
  { name: 'product', title: 'application.product' },
  { name: 'region', title: 'application.region' },
  { name: 'outcome', title: 'application.outcome' },
  { name: 'reason', title: 'application.reason' },
  { name: 'channel', title: 'application.channel' },
  { name: 'reviewer', title: 'application.decidedBy' },
];

const PERIODS: Readonly<Record<string, MessageKey>> = {
  thisday: 'filter.today',
  'past6days~': 'filter.last7',
  'past29days~': 'filter.last30',
  thismonth: 'filter.thisMonth',
};

interface Props {
  search: URLSearchParams;
  setSearch(search: URLSearchParams, options: { replace: boolean }): void;
  name(code: string): string;
}

/** What the list is cut to, as it came from the dashboard; each can be taken away. */
export function ApplicationFilterBar({ search, setSearch, name }: Props) {
  const { t, code } = useI18n();
  const chosen = SHOWN.flatMap((filter) =>
    search
      .getAll(filter.name)
      .filter(Boolean)
      .map((value) => ({ ...filter, value })),
  );
  const shown = (filter: string, value: string): string => {
    if (filter === 'outcome') return code('status', value);
    if (filter === 'date') return PERIODS[value] === undefined ? value : t(PERIODS[value]);
    return name(value);
  };
  const remove = (filter: string, value: string): void => {
    const next = new URLSearchParams();
    for (const [key, item] of search) if (key !== filter || item !== value) next.append(key, item);
    setSearch(next, { replace: true });
  };
  return (
    <>
      {chosen.map(({ name: filter, title, value }) => (
        <Tag
          key={`${filter}=${value}`}
          closable
          onClose={() => remove(filter, value)}
          className="filter-tag"
          data-testid={`chosen-${filter}`}
        >
          <span className="muted">{t(title)}</span> {shown(filter, value)}
        </Tag>
      ))}
    </>
  );
}
