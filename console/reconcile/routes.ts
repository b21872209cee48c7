import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import '../../platform/edge/access/rights.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import type { Reconcile, Reconciliation } from '../../platform/streaming/conservation/index.ts';

const Day = Type.Object(
  { day: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })) },
  { additionalProperties: false },
);

/** Console API: GET /api/reconcile. One measurement at a time; whoever asks meanwhile gets the same answer. */
export function reconcileRoutes(run: Reconcile): (app: FastifyInstance, context: HubContext) => void {
  return (app, context) => {
    const underWay = new Map<string, Promise<Reconciliation>>();
    app.get<{ Querystring: { day?: string } }>(
      '/api/reconcile',
      {
        config: { access: 'reconcile.read' },
        schema: { summary: 'Accepted = landed + dead-lettered + in flight', querystring: Day },
      },
      ({ query }) => {
        const name = query.day ?? '';
        let result = underWay.get(name);
        if (result === undefined)
          underWay.set(name, (result = run(context, query.day).finally(() => underWay.delete(name))));
        return result;
      },
    );
  };
}
