/** W3C trace context, version 00. */
const TRACEPARENT = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/;

/**
 * The `traceparent` of an effect: the trace of its cause, a span of its own. The span is taken from the effect's id (a hash), so that a repeat
 * carries the same one; a cause without a trace begins one named after the cause's id.
 */
export function effectTraceparent(cause: { id: string; traceparent: string | undefined }, effectId: string): string {
  const span = effectId.replaceAll('-', '').slice(-16);
  const match = cause.traceparent === undefined ? null : TRACEPARENT.exec(cause.traceparent);
  if (match !== null) return `00-${match[1]}-${span}-${match[2]}`;
  const trace = cause.id.replaceAll('-', '').toLowerCase();
  return `00-${/^[0-9a-f]{32}$/.test(trace) ? trace : effectId.replaceAll('-', '')}-${span}-01`;
}
