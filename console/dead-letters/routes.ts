import type { FastifyInstance } from 'fastify';
import { actorOf, userOf } from '../../platform/edge/access/user-of.ts';
import { refusal } from '../../platform/edge/http/index.ts';
import { HubError } from '../../platform/kernel/errors.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { listLetters, replayLetter, showLetter } from '../../platform/streaming/dead-letters/store.ts';
import {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterId,
  DeadLetterPage,
  REPLAY_BODY_LIMIT,
  Replayed,
  ReplayRequest,
} from './shapes.ts';

const TAGS = ['dead-letters'];
const config = { access: 'dead-letters.read' } as const;
const STATUS: Readonly<Record<string, number>> = { DEAD_LETTER_UNKNOWN: 404, DEAD_LETTER_REPLAYED: 409 };

/** Console API of the dead letters: a page of them, one of them, replay of one (as it is, or with an edited value). */
export function deadLetterRoutes(app: FastifyInstance, { postgres }: HubContext): void {
  app.get<{ Querystring: DeadLetterFilter }>(
    '/api/dead-letters',
    {
      config,
      schema: {
        tags: TAGS,
        summary: 'Dead letters, newest first',
        querystring: DeadLetterFilter,
        response: { 200: DeadLetterPage },
      },
    },
    ({ query }) => listLetters(postgres, query),
  );
  app.get<{ Params: { id: string } }>(
    '/api/dead-letters/:id',
    {
      config,
      schema: { tags: TAGS, summary: 'One dead letter', params: DeadLetterId, response: { 200: DeadLetter } },
    },
    ({ params }) => showLetter(postgres, params.id).catch(asProblem),
  );
  app.post<{ Params: { id: string }; Body: { value?: string } }>(
    '/api/dead-letters/:id/replay',
    {
      config: { access: 'dead-letters.replay' },
      bodyLimit: REPLAY_BODY_LIMIT,
      schema: {
        tags: TAGS,
        summary: 'Replay one dead letter',
        params: DeadLetterId,
        body: ReplayRequest,
        response: { 202: Replayed },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await replayLetter(postgres, { id, actor: actorOf(userOf(request)), value: request.body.value }).catch(asProblem);
      return reply.code(202).send({ id, status: 'replayed' });
    },
  );
}

/** The store's own codes with the status they have over HTTP. */
function asProblem(error: unknown): never {
  const status = error instanceof HubError ? STATUS[error.code] : undefined;
  if (!(error instanceof HubError) || status === undefined) throw error;
  throw refusal(status)(error.code, error.message, { pointer: '/params/id' });
}
