import type { FastifyInstance } from 'fastify';
import type {} from '../../platform/access/rights.ts';
import type { HubContext } from '../../platform/module.ts';
import { collectStatus, HubStatus } from './collect.ts';

/** What runs and how it is: /api/status. */
export function statusRoutes(app: FastifyInstance, context: HubContext): void {
  app.get('/api/status', { config: { access: 'status.read' }, schema: { tags: ['console'], summary: 'What runs, and how it is', response: { 200: HubStatus } } }, () => collectStatus(context));
}
