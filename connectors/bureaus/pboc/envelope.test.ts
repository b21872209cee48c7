import { describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { bodyOf, instantOf, isGenuine, seal, timeStampOf, type Envelope, type RequestHead } from './envelope.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const head: RequestHead = { Ver: '2.0', AppId: 'hub', MsgId: 'r-1', TimeStamp: '20261123100000' };
const sealed = (): Envelope<RequestHead> =>
  JSON.parse(seal(head, '{"Name":"张三"}', privateKey)) as Envelope<RequestHead>;

describe('envelope of the gateway', () => {
  it('carries its body, and the signature of its key', () => {
    expect(bodyOf(sealed())).toBe('{"Name":"张三"}');
    expect(isGenuine(sealed(), publicKey)).toBe(true);
    expect(isGenuine(sealed(), generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey)).toBe(false);
  });

  it.each<[string, (message: Envelope<RequestHead>) => Envelope<RequestHead>]>([
    ['another body', (message) => ({ ...message, Body: Buffer.from('{}').toString('base64') })],
    ['another id', (message) => ({ ...message, Head: { ...message.Head, MsgId: 'r-2' } })],
    ['another time', (message) => ({ ...message, Head: { ...message.Head, TimeStamp: '20261123100001' } })],
    ['no signature', (message) => ({ ...message, Sign: '' })],
  ])('is not genuine with %s', (_what, change) => {
    expect(isGenuine(change(sealed()), publicKey)).toBe(false);
  });

  it('stamps Shanghai time', () => {
    expect(timeStampOf(Date.parse('2026-11-23T16:00:01Z'))).toBe('20261124000001');
    expect(instantOf('20261124000001')).toBe('2026-11-24T00:00:01+08:00');
  });
});
