import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { userOf } from '../../platform/edge/access/user-of.ts';
import { readApplication } from './detail.ts';
import { listApplications } from './list.ts';
import { ApplicationDetail, ApplicationFilters, ApplicationList } from './shapes.ts';

const TAGS = ['applications'];
const config = { access: 'applications.read' } as const;
const ApplicationId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });

/** The applications behind the figures, and one of them down to its raw events: /api/applications. */
export function applicationRoutes(app: FastifyInstance, context: HubContext): void {
  app.get<{ Querystring: ApplicationFilters }>(
    '/api/applications',
    {
      config,
      schema: {
        tags: TAGS,
        summary: 'Applications, newest first',
        querystring: ApplicationFilters,
        response: { 200: ApplicationList },
      },
    },
    (request) => listApplications(context, userOf(request), request.query),
  );
  app.get<{ Params: { id: string } }>(
    '/api/applications/:id',
    {
      config,
      schema: {
        tags: TAGS,
        summary: 'One application, its decision and its raw events',
        params: ApplicationId,
        response: { 200: ApplicationDetail },
      },
    },
    (request) => readApplication(context, userOf(request), request.params.id),
  );
}
