import { checkPartnerFormat, type FormatFlaw } from './check-partner-format.ts';
import { PARTNER_FORMAT_KEY, PartnerFormat } from './partner-format.ts';

/** A format as the configuration keeps it: like a policy, but one key for each, none of them shipped. Undefined for another key. */
export function partnerFormatDefinition(key: string):
  | {
      key: string;
      title: { zh: string; en: string };
      schema: typeof PartnerFormat;
      check(value: unknown): FormatFlaw[];
      versions: [];
    }
  | undefined {
  if (!PARTNER_FORMAT_KEY.test(key)) return undefined;
  return {
    key,
    title: { zh: '合作方格式', en: 'Partner format' },
    schema: PartnerFormat,
    check: (value) => checkPartnerFormat(value as PartnerFormat),
    versions: [],
  };
}
