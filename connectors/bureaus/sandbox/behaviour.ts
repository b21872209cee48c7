import { Type, type Static } from '@sinclair/typebox';

/** What can go wrong with a call. `lost-answer`: the enquiry is carried out and charged, then the connection breaks. */
export const FAULTS = [
  'http-500',
  'http-503',
  'rate-limit',
  'timeout',
  'garbage',
  'half',
  'slow-loris',
  'reset',
  'lost-answer',
  'wrong-signature',
  'unknown-field',
  'missing-field',
  'refuse',
] as const;
export type Fault = (typeof FAULTS)[number];
const FaultName = Type.Union(FAULTS.map((fault) => Type.Literal(fault)));

/** How the sandbox behaves; any part can be set while it runs (`PUT /_control`). */
export const Behaviour = Type.Object(
  {
    latency: Type.Object(
      { medianMs: Type.Number({ minimum: 0 }), p99Ms: Type.Number({ minimum: 0 }) },
      { description: 'log-normal' },
    ),
    errorRate: Type.Number({ minimum: 0, maximum: 1 }),
    faults: Type.Array(FaultName, { minItems: 1, description: 'drawn from, evenly, when a call is to fail' }),
    outage: Type.Union([Type.Null(), Type.Literal('http-503'), Type.Literal('reset'), Type.Literal('timeout')]),
    next: Type.Array(FaultName, { description: 'faults of the next calls, one each' }),
    stuck: Type.Array(Type.String(), { description: 'request ids that fail with http-500 until taken off the list' }),
  },
  { additionalProperties: false },
);
export type Behaviour = Static<typeof Behaviour>;

export const CALM: Behaviour = {
  latency: { medianMs: 0, p99Ms: 0 },
  errorRate: 0,
  faults: ['http-500', 'http-503', 'reset', 'lost-answer', 'half', 'garbage'],
  outage: null,
  next: [],
  stuck: [],
};

/** A seeded generator of uniform numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A delay of the log-normal distribution with this median and 99th percentile, milliseconds. */
export function drawLatency({ medianMs, p99Ms }: Behaviour['latency'], random: () => number): number {
  if (medianMs === 0) return 0;
  const sigma = p99Ms > medianMs ? Math.log(p99Ms / medianMs) / 2.326 : 0;
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return medianMs * Math.exp(sigma * normal);
}

/** The fault of the next call, undefined for a good one. Takes it off `next`. */
export function drawFault(behaviour: Behaviour, requestId: string, random: () => number): Fault | undefined {
  if (behaviour.outage !== null) return behaviour.outage;
  if (behaviour.stuck.includes(requestId)) return 'http-500';
  const planned = behaviour.next.shift();
  if (planned !== undefined) return planned;
  return random() < behaviour.errorRate ? behaviour.faults[Math.floor(random() * behaviour.faults.length)] : undefined;
}
