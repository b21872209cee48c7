import type { Language } from '../i18n/i18n.tsx';

export interface Dictionary {
  zh: Readonly<Record<string, string>>;
  en: Readonly<Record<string, string>>;
}

/** Turns a text or code of a definition into the reader's language; what is not in the dictionary stays as it is. */
export function translator(dictionary: Dictionary, language: Language): (text: string) => string {
  const texts = dictionary[language === 'en' ? 'en' : 'zh'];
  return (text) => texts[text] ?? text;
}
