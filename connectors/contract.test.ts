import { describe, expect, it } from '@jest/globals';
import { Type } from '@sinclair/typebox';
import { readConnectorSettings, setting } from './contract.ts';
import { scoringSettings } from './bureaus/scoring/settings.ts';

describe('settings of a connector', () => {
  const schema = Type.Object({
    port: setting(Type.Integer({ minimum: 1, default: 22 }), { env: 'X_PORT' }),
    secret: setting(Type.String({ minLength: 8 }), { env: 'X_SECRET', secret: true }),
  });

  it('are read from variables, turned into their type, with defaults', () => {
    expect(readConnectorSettings(schema, { X_SECRET: 'long enough' })).toEqual({ port: 22, secret: 'long enough' });
    expect(readConnectorSettings(schema, { X_SECRET: 'long enough', X_PORT: '2222' }).port).toBe(2222);
  });

  it('name each variable that is missing or wrong, and never a value', () => {
    const errors = (env: Record<string, string>): unknown => {
      try {
        return readConnectorSettings(schema, env);
      } catch (error) {
        return error;
      }
    };
    expect(errors({})).toMatchObject({ errors: [{ pointer: 'X_SECRET', code: 'MISSING_SETTING' }] });
    const wrong = errors({ X_SECRET: 'shorty', X_PORT: 'none' }) as { errors: { pointer: string }[]; message: string };
    expect(wrong.errors.map(({ pointer }) => pointer).sort()).toEqual(['X_PORT', 'X_SECRET']);
    expect(JSON.stringify(wrong) + wrong.message).not.toMatch(/shorty|none/);
  });

  it('of the scoring bureau refuse plain http to anywhere but loopback', () => {
    const env = { BUREAU_APP_ID: 'hub', BUREAU_SECRET: 'long enough' };
    for (const url of ['https://bureau.example', 'http://127.0.0.1:9000', 'http://localhost:1/base'])
      expect(readConnectorSettings(scoringSettings, { ...env, BUREAU_URL: url }).url).toBe(url);
    for (const url of [
      'http://bureau.example',
      'http://127.0.0.1.evil.example',
      'http://localhost.evil.example',
      'ftp://x',
      'http://127.0.0.1:80@evil.example',
    ])
      expect(() => readConnectorSettings(scoringSettings, { ...env, BUREAU_URL: url })).toThrow(
        expect.objectContaining({ code: 'INVALID_INPUT' }),
      );
  });
});
