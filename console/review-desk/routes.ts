import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { userOf } from '../../platform/edge/access/user-of.ts';
import { answerOf, giveCommand } from './give-command.ts';
import { readRecord, revealApplicant } from './record.ts';
import {
  CommandAnswer,
  type CommandName,
  COMMANDS,
  type GivenCommand,
  PlainPerson,
  TaskFilters,
  TaskList,
  TaskRecord,
} from './shapes.ts';
import { listTasks } from './work-list.ts';

const TAGS = ['review'];
const read = { access: 'tasks.read' } as const;
const ApplicationId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) });
const CommandPath = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  commandId: Type.String({ minLength: 1, maxLength: 64 }),
});
const COMMAND_LIMIT = 16_384;
const DESCRIPTION =
  'The task itself decides whether a command has its effect: 200 applied, 409 refused with the reason, 202 accepted and not dealt with yet. Sending a command again, with its commandId, is safe.';
const SUMMARIES: Readonly<Record<CommandName, string>> = {
  claim: 'Take a task',
  release: 'Give a task back to its queue',
  note: 'Add a note to the record',
  document: 'Add a document to the record, by reference',
  escalate: 'Hand a task over to the special review',
  approve: 'Approve the application, for at most what was asked for',
  decline: 'Decline the application',
};

/** The work of people on referred applications: /api/review-tasks. */
export function reviewDeskRoutes(app: FastifyInstance, context: HubContext): void {
  const { postgres, clock } = context;
  app.get<{ Querystring: TaskFilters }>(
    '/api/review-tasks',
    {
      config: read,
      schema: {
        tags: TAGS,
        summary: 'The work list: open tasks by when they are due, or closed ones',
        querystring: TaskFilters,
        response: { 200: TaskList },
      },
    },
    (request) => listTasks(postgres, userOf(request), request.query, clock()),
  );
  app.get<{ Params: { id: string } }>(
    '/api/review-tasks/:id',
    {
      config: read,
      schema: {
        tags: TAGS,
        summary: 'The whole record of a referred application',
        params: ApplicationId,
        response: { 200: TaskRecord },
      },
    },
    (request) => readRecord(context, userOf(request), request.params.id),
  );
  for (const name of Object.keys(COMMANDS) as CommandName[]) {
    app.post<{ Params: { id: string }; Body: GivenCommand }>(
      `/api/review-tasks/:id/${name}`,
      {
        config: read,
        bodyLimit: COMMAND_LIMIT,
        schema: {
          tags: TAGS,
          summary: SUMMARIES[name],
          description: DESCRIPTION,
          params: ApplicationId,
          body: COMMANDS[name],
          response: { 200: CommandAnswer, 202: CommandAnswer },
        },
      },
      async (request, reply) => {
        const answer = await giveCommand(
          context,
          userOf(request),
          request.params.id,
          name,
          request.body,
          request.traceparent,
        );
        return reply.code(answer.outcome === 'pending' ? 202 : 200).send(answer);
      },
    );
  }
  app.get<{ Params: { id: string; commandId: string } }>(
    '/api/review-tasks/:id/commands/:commandId',
    {
      config: read,
      schema: {
        tags: TAGS,
        summary: 'What became of a command',
        params: CommandPath,
        response: { 200: CommandAnswer },
      },
    },
    (request) => answerOf(context, userOf(request), request.params.id, request.params.commandId),
  );
  app.post<{ Params: { id: string } }>(
    '/api/review-tasks/:id/person',
    {
      config: { access: 'persons.reveal' },
      schema: {
        tags: TAGS,
        summary: 'The applicant in plain text; who looks is recorded',
        params: ApplicationId,
        response: { 200: PlainPerson },
      },
    },
    (request) => revealApplicant(context, userOf(request), request.params.id),
  );
}
