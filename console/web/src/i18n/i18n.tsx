import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';
import { en } from './messages.en.ts';
import { zh, type MessageKey, type Messages } from './messages.zh.ts';

export type Language = 'zh-CN' | 'en';

const MESSAGES: Record<Language, Messages> = { 'zh-CN': zh, en };
const STORAGE_KEY = 'hub.language';

export interface I18n {
  language: Language;
  setLanguage(language: Language): void;
  /** The text of a key, with `{name}` filled in. */
  t(key: MessageKey, values?: Readonly<Record<string, string | number>>): string;
  /** The text of a code that may be unknown; the code itself then. */
  code(prefix: string, code: string): string;
}

const Context = createContext<I18n | undefined>(undefined);

export function storedLanguage(): Language {
  return localStorage.getItem(STORAGE_KEY) === 'en' ? 'en' : 'zh-CN';
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    values[name] === undefined ? whole : String(values[name]),
  );
}

export function I18nProvider({ children }: { children: ReactNode }) {
  const [language, setState] = useState<Language>(storedLanguage);
  const setLanguage = useCallback((next: Language) => {
    localStorage.setItem(STORAGE_KEY, next);
    document.documentElement.lang = next;
    setState(next);
  }, []);
  const value = useMemo<I18n>(() => {
    const messages = MESSAGES[language];
    return {
      language,
      setLanguage,
      t: (key, values = {}) => fill(messages[key], values),
      code: (prefix, code) => (messages as Readonly<Record<string, string | undefined>>)[`${prefix}.${code}`] ?? code,
    };
  }, [language, setLanguage]);
  return <Context value={value}>{children}</Context>;
}

/** The console's texts. Throws outside I18nProvider. */
export function useI18n(): I18n {
  const value = use(Context);
  if (value === undefined) throw new Error('useI18n outside I18nProvider');
  return value;
}
