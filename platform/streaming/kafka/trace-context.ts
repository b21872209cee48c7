/** W3C trace context, version 00. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const TRACE_ID = /^[0-9a-f]{32}$/;
const UUID_LENGTH = 36;

/**
 * The `traceparent` of an effect: the trace of its cause, a span of its own. The span is taken from the effect's id (a hash), so that a repeat
 * carries the same one; a cause without a trace begins one named after the cause's id.
 */
export function effectTraceparent(cause: { id: string; traceparent: string | undefined }, effectId: string): string {
  const span =
    effectId.length === UUID_LENGTH
      ? effectId.slice(19, 23) + effectId.slice(24)
      : effectId.replaceAll('-', '').slice(-16);
  const { traceparent } = cause;
  if (traceparent !== undefined && TRACEPARENT.test(traceparent))
    return `${traceparent.slice(0, 36)}${span}${traceparent.slice(52)}`;
  const trace = cause.id.replaceAll('-', '').toLowerCase();
  return `00-${TRACE_ID.test(trace) ? trace : effectId.replaceAll('-', '')}-${span}-01`;
}
