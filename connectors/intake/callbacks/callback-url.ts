const MAX_URL = 500;

/** Why a callback address cannot be used, undefined when it can; where its host lies is asked at every call (callback-address.ts). */
export function callbackUrlFlaw(text: string): { code: string; detail: string } | undefined {
  if (text.length > MAX_URL) return { code: 'TOO_LONG', detail: `has more than ${MAX_URL} characters` };
  if (!URL.canParse(text)) return { code: 'FORM', detail: 'is not a URL' };
  const { protocol, username, password, hash } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:')
    return {
      code: 'SCHEME',
      detail: 'must be https (plain http only to a network the operator has opened: CALLBACK_NETWORKS)',
    };
  if (username !== '' || password !== '') return { code: 'CREDENTIALS', detail: 'must hold no user and password' };
  if (hash !== '') return { code: 'FRAGMENT', detail: 'must hold no fragment' };
  return undefined;
}
