import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import '../access/rights.ts';
import type { HubContext } from '../module.ts';
import { listLetters, replayLetter, showLetter, type LetterFilter } from './store.ts';

const Filter = Type.Object(
  {
    step: Type.Optional(Type.String({ maxLength: 100 })),
    topic: Type.Optional(Type.String({ maxLength: 200 })),
    reason: Type.Optional(Type.String({ maxLength: 100 })),
    status: Type.Optional(Type.Union([Type.Literal('waiting'), Type.Literal('replayed')])),
    after: Type.Optional(Type.String({ maxLength: 40 })),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
  },
  { additionalProperties: false },
);
const LetterId = Type.Object({ id: Type.String({ pattern: '^\\d+-\\d+$' }) });
const Replay = Type.Object({ value: Type.Optional(Type.String({ maxLength: 4_000_000 })) }, { additionalProperties: false });

/** Console API of the dead letters: a page of them, one of them, replay of one (as it is, or with an edited value). */
export function deadLetterRoutes(app: FastifyInstance, { postgres }: HubContext): void {
  app.get<{ Querystring: LetterFilter }>('/api/dead-letters', { config: { access: 'dead-letters.read' }, schema: { summary: 'Dead letters, newest first', querystring: Filter } }, ({ query }) =>
    listLetters(postgres, query),
  );
  app.get<{ Params: { id: string } }>('/api/dead-letters/:id', { config: { access: 'dead-letters.read' }, schema: { summary: 'One dead letter', params: LetterId } }, ({ params }) =>
    showLetter(postgres, params.id),
  );
  app.post<{ Params: { id: string }; Body: { value?: string } }>(
    '/api/dead-letters/:id/replay',
    { config: { access: 'dead-letters.replay' }, schema: { summary: 'Replay one dead letter', params: LetterId, body: Replay } },
    async ({ params, body, consoleUser }, reply) => {
      await replayLetter(postgres, { id: params.id, actor: `user:${consoleUser!.name}`, value: body.value });
      return reply.code(202).send({ id: params.id, status: 'replayed' });
    },
  );
}
