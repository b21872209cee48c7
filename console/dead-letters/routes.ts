import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import '../../platform/edge/access/rights.ts';
import { HubError } from '../../platform/kernel/errors.ts';
import { actorOf, userOf } from '../../platform/edge/access/user-of.ts';
import { refusal } from '../../platform/edge/http/index.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import {
  listLetters,
  replayLetter,
  showLetter,
  type LetterFilter,
} from '../../platform/streaming/dead-letters/store.ts';

const Filter = Type.Object(
  {
    step: Type.Optional(Type.String({ maxLength: 100 })),
    topic: Type.Optional(Type.String({ maxLength: 200 })),
    reason: Type.Optional(Type.String({ maxLength: 100 })),
    status: Type.Optional(Type.Union([Type.Literal('waiting'), Type.Literal('replayed')])),
    after: Type.Optional(Type.String({ pattern: '^\\d+-\\d+$', maxLength: 40 })),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  },
  { additionalProperties: false },
);
const LetterId = Type.Object({ id: Type.String({ pattern: '^\\d+-\\d+$', maxLength: 40 }) });

/** No event is larger (platform/streaming/pipeline-runtime/decide-batch.ts), and its JSON text inside JSON can double. */
const MAX_VALUE = 900_000;
const BODY_LIMIT = 2 * MAX_VALUE + 10_000;
const Replay = Type.Object(
  { value: Type.Optional(Type.String({ maxLength: MAX_VALUE })) },
  { additionalProperties: false },
);

const STATUS: Readonly<Record<string, number>> = { DEAD_LETTER_UNKNOWN: 404, DEAD_LETTER_REPLAYED: 409 };

/** Console API of the dead letters: a page of them, one of them, replay of one (as it is, or with an edited value). */
export function deadLetterRoutes(app: FastifyInstance, { postgres }: HubContext): void {
  app.get<{ Querystring: LetterFilter }>(
    '/api/dead-letters',
    { config: { access: 'dead-letters.read' }, schema: { summary: 'Dead letters, newest first', querystring: Filter } },
    ({ query }) => listLetters(postgres, query),
  );
  app.get<{ Params: { id: string } }>(
    '/api/dead-letters/:id',
    { config: { access: 'dead-letters.read' }, schema: { summary: 'One dead letter', params: LetterId } },
    ({ params }) => showLetter(postgres, params.id).catch(asProblem),
  );
  app.post<{ Params: { id: string }; Body: { value?: string } }>(
    '/api/dead-letters/:id/replay',
    {
      config: { access: 'dead-letters.replay' },
      bodyLimit: BODY_LIMIT,
      schema: { summary: 'Replay one dead letter', params: LetterId, body: Replay },
    },
    async (request, reply) => {
      const { params, body } = request;
      await replayLetter(postgres, { id: params.id, actor: actorOf(userOf(request)), value: body.value }).catch(
        asProblem,
      );
      return reply.code(202).send({ id: params.id, status: 'replayed' });
    },
  );
}

/** The store's own codes with the status they have over HTTP. */
function asProblem(error: unknown): never {
  const status = error instanceof HubError ? STATUS[error.code] : undefined;
  if (!(error instanceof HubError) || status === undefined) throw error;
  throw refusal(status)(error.code, error.message, { pointer: '/params/id' });
}
