import { describe, expect, it } from '@jest/globals';
import { derivedEventId } from './derive-id.ts';
import { effectTraceparent } from './trace-context.ts';

const effect = derivedEventId('t', 'effect');
const span = effect.replaceAll('-', '').slice(-16);

describe('trace context of an effect', () => {
  it('keeps the trace and the flags of its cause, with a span of its own', () => {
    const traceparent = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-00`;
    expect(effectTraceparent({ id: 'x', traceparent }, effect)).toBe(`00-${'a1'.repeat(16)}-${span}-00`);
  });

  it('begins a trace named after the cause where there is none, or none of W3C', () => {
    const cause = derivedEventId('t', 'cause');
    for (const traceparent of [undefined, '', '00-xyz', `00-${'A1'.repeat(16)}-${'b2'.repeat(8)}-00`]) {
      expect(effectTraceparent({ id: cause, traceparent }, effect)).toBe(`00-${cause.replaceAll('-', '')}-${span}-01`);
    }
    expect(effectTraceparent({ id: 'not-a-uuid', traceparent: undefined }, effect)).toBe(
      `00-${effect.replaceAll('-', '')}-${span}-01`,
    );
  });
});
