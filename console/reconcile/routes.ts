import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type {} from '../../platform/edge/access/rights.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import type { Reconcile, Reconciliation } from '../../platform/streaming/conservation/index.ts';

const Day = Type.Object(
  { day: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })) },
  { additionalProperties: false },
);

const LedgerLine = Type.Object(
  {
    stage: Type.Union([Type.Literal('to-warehouse'), Type.Literal('to-pipeline'), Type.Literal('to-connector')]),
    source: Type.String(),
    topic: Type.String(),
    day: Type.String({ description: 'business date' }),
    accepted: Type.Integer(),
    landed: Type.Integer(),
    deadLettered: Type.Integer(),
    inFlight: Type.Integer(),
    acceptedFen: Type.Integer(),
    landedFen: Type.Integer(),
    deadLetteredFen: Type.Integer(),
    inFlightFen: Type.Integer(),
    balanced: Type.Boolean({ description: 'accepted = landed + dead-lettered + in flight, in count and money' }),
  },
  { $id: 'LedgerLine' },
);
const ReconciliationAnswer = Type.Object(
  { balanced: Type.Boolean(), at: Type.String({ description: 'when it was measured' }), rows: Type.Array(LedgerLine) },
  { $id: 'Reconciliation' },
);

/** Console API: GET /api/reconcile. Requests for the same day share one measurement that is running. */
export function reconcileRoutes(run: Reconcile): (app: FastifyInstance, context: HubContext) => void {
  return (app, context) => {
    const running = new Map<string, Promise<Reconciliation>>();
    app.get<{ Querystring: { day?: string } }>(
      '/api/reconcile',
      {
        config: { access: 'reconcile.read' },
        schema: {
          tags: ['reconcile'],
          summary: 'Accepted = landed + dead-lettered + in flight',
          querystring: Day,
          response: { 200: ReconciliationAnswer },
        },
      },
      ({ query }) => {
        const name = query.day ?? '';
        let result = running.get(name);
        if (result === undefined)
          running.set(name, (result = run(context, query.day).finally(() => running.delete(name))));
        return result;
      },
    );
  };
}
