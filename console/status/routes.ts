import type { FastifyInstance } from 'fastify';
import type {} from '../../platform/edge/access/rights.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { collectStatus, HubStatus } from './collect.ts';

/** What runs and how it is: /api/status. */
export function statusRoutes(app: FastifyInstance, context: HubContext): void {
  app.get(
    '/api/status',
    {
      config: { access: 'status.read' },
      schema: { tags: ['console'], summary: 'What runs, and how it is', response: { 200: HubStatus } },
    },
    () => collectStatus(context),
  );
}
