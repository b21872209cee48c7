import { useMemo } from 'react';
import { api, dataOf } from '../api/client.ts';
import { useLoad } from '../api/use-load.ts';
import { translator } from '../dashboard/dictionary.ts';
import { useI18n } from '../i18n/i18n.tsx';

const EMPTY = { zh: {}, en: {} };

/** The names of codes (products, reasons, regions, rules) as the dashboards' dictionary has them. */
export function useDictionary(): (code: string) => string {
  const { language } = useI18n();
  const loaded = useLoad('dictionary', async (signal) => dataOf(api.GET('/api/dictionary', { signal })));
  return useMemo(() => translator(loaded.data ?? EMPTY, language), [loaded.data, language]);
}
