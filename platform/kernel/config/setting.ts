import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { FieldError } from '../errors.ts';

/** Parses the text of a variable; undefined or an empty text is the default. Returns the value, or what is wrong with it. */
type Parse<Value> = (name: string, text: string | undefined) => { value: Value } | Omit<FieldError, 'pointer'>;

/** One environment variable: how it is read, and what docs/settings.md says of it. */
export interface Setting<Value> {
  env: string;
  parse: Parse<Value>;
  /** Shown in the documentation; empty: none. */
  default: string;
  description: string;
  /** Holds a secret: never shown, never logged. */
  secret: boolean;
}

type Kind<Value> = { parse: Parse<Value>; default: string };

/** Declares a setting. All settings of the processes take effect at restart. */
export function setting<Value>(
  env: string,
  kind: Kind<Value>,
  description: string,
  options: { secret?: boolean } = {},
): Setting<Value> {
  return { env, ...kind, description, secret: options.secret ?? false };
}

export function text(fallback: string): Kind<string> {
  return { default: fallback, parse: (_name, given) => ({ value: given || fallback }) };
}

export function optionalText(): Kind<string | undefined> {
  return { default: '', parse: (_name, given) => ({ value: given || undefined }) };
}

/** An absolute path; a relative one counts from the working directory. */
export function path(fallback: string): Kind<string> {
  return { default: fallback, parse: (_name, given) => ({ value: resolve(given || fallback) }) };
}

export function integer(fallback: number, minimum: number, maximum: number): Kind<number> {
  return {
    default: String(fallback),
    parse: (name, given) => {
      if (!given) return { value: fallback };
      const value = Number(given);
      return Number.isInteger(value) && value >= minimum && value <= maximum
        ? { value }
        : {
            code: 'OUT_OF_RANGE',
            detail: `${name}=${given} must be a whole number from ${minimum} to ${maximum}`,
          };
    },
  };
}

export function onOff(fallback: 'on' | 'off'): Kind<boolean> {
  return {
    default: fallback,
    parse: (name, given) => {
      const word = given || fallback;
      return word === 'on' || word === 'off'
        ? { value: word === 'on' }
        : { code: 'NOT_ALLOWED', detail: `${name}=${word} must be on or off` };
    },
  };
}

/** A URL with one of the protocols (`http:`). Its text is not repeated in errors: it may hold a password. */
export function url(...protocols: readonly string[]): Kind<string | undefined> {
  return {
    default: '',
    parse: (name, given) =>
      !given || (URL.canParse(given) && protocols.includes(new URL(given).protocol))
        ? { value: given || undefined }
        : { code: 'NOT_A_URL', detail: `${name} must be a URL with ${protocols.join(' or ')}` },
  };
}

/** Addresses or networks (CIDR), separated by commas. */
export function networks(): Kind<string[]> {
  return {
    default: '',
    parse: (name, given) => {
      const value = (given ?? '')
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
      const wrong = value.find((item) => !isNetwork(item));
      return wrong === undefined
        ? { value }
        : { code: 'NOT_A_NETWORK', detail: `${name}: ${wrong} must be an address or network such as 10.0.0.0/8` };
    },
  };
}

function isNetwork(text: string): boolean {
  const [address = '', prefix] = text.split('/');
  const bits = isIP(address) === 4 ? 32 : 128;
  return isIP(address) !== 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
}

/** A flat JSON object. Its text is not repeated in errors: it may hold a password. */
export function jsonObject(content: string): Kind<Record<string, string | number | boolean>> {
  return {
    default: '',
    parse: (name, given) => {
      if (!given) return { value: {} };
      try {
        const value: unknown = JSON.parse(given);
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
          return { value: value as Record<string, string | number | boolean> };
      } catch {
        // Refused below.
      }
      return { code: 'NOT_JSON', detail: `${name} must be a JSON object of ${content}` };
    },
  };
}
