import { derivedEventId } from '../kafka/index.ts';

/**
 * The trace context of the call made for an event: the trace of its cause with a span of its own, derived from the event, so
 * that a repeat carries the same one. Undefined when the cause has none or one that is not W3C's.
 */
export function childTraceparent(cause: string | undefined, eventId: string): string | undefined {
  const match = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/.exec(cause ?? '');
  if (match === null) return undefined;
  return `00-${match[1]}-${derivedEventId('span', eventId).replaceAll('-', '').slice(16)}-${match[2]}`;
}
