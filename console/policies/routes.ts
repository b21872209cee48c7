import { type Static, Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import { POLICIES } from '../../models/policies/index.ts';
import '../../platform/edge/access/rights.ts';
import { businessDateOf } from '../../platform/kernel/clock.ts';
import { HubError } from '../../platform/kernel/errors.ts';
import { actorOf, userOf } from '../../platform/edge/access/user-of.ts';
import { notFound } from '../../platform/edge/http/index.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { configDiff, type ConfigChange } from '../../platform/storage/configuration/diff.ts';
import {
  addConfigVersion,
  configHistory,
  configVersion,
  diffConfig,
  refuseInvalid,
  rollbackConfig,
  type ConfigVersion,
} from '../../platform/storage/configuration/store.ts';

const TAGS = ['policies'];
const read = { access: 'policies.read' } as const;
const change = { access: 'policies.change' } as const;
/** Policies with lists of thousands of entries are still some hundred KB. */
const BODY_LIMIT = 2 * 1_048_576;

const strict = { additionalProperties: false } as const;
const Key = Type.Object({ key: Type.String({ minLength: 1, maxLength: 64 }) });
const Day = Type.String({ format: 'date', description: 'business date, YYYY-MM-DD' });
const VersionNumber = Type.Integer({ minimum: 1, maximum: 1_000_000 });
const Note = Type.String({ minLength: 1, maxLength: 1000, pattern: '\\S', description: 'why' });
const Version = Type.Object(
  {
    key: Type.String(),
    version: Type.Integer(),
    label: Type.String(),
    effectiveFrom: Type.String(),
    note: Type.Union([Type.String(), Type.Null()]),
    createdBy: Type.String(),
    createdAt: Type.String(),
    inForce: Type.Boolean({ description: 'today' }),
    value: Type.Unknown(),
  },
  { $id: 'PolicyVersion' },
);
const Change = Type.Object(
  {
    path: Type.String(),
    before: Type.Optional(Type.Unknown()),
    after: Type.Optional(Type.Unknown()),
  },
  { $id: 'PolicyChange' },
);
const Checked = Type.Object(
  {
    changes: Type.Array(Change, { description: 'against what would be in force on that date' }),
    replaces: Type.Integer(),
  },
  { $id: 'CheckedPolicy' },
);

const NewVersion = Type.Object(
  {
    value: Type.Unknown(),
    effectiveFrom: Day,
    note: Note,
    label: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' })),
    basedOn: VersionNumber,
  },
  strict,
);
const Check = Type.Object({ value: Type.Unknown(), effectiveFrom: Day }, strict);
const Rollback = Type.Object(
  { to: VersionNumber, effectiveFrom: Type.Optional(Day), note: Note, basedOn: VersionNumber },
  strict,
);

/** Console API of the policies: versions, what changed between two, a change (checked first), a rollback. */
export function configurationRoutes(app: FastifyInstance, { postgres, clock }: HubContext): void {
  const today = (): string => businessDateOf(clock());
  const shown = (version: ConfigVersion, inForce: number): Static<typeof Version> => ({
    ...version,
    createdAt: new Date(version.createdAt).toISOString(),
    inForce: version.version === inForce,
  });
  const inForceOf = (key: string): Promise<number> =>
    configVersion(postgres, key, { on: today() }).then(
      ({ version }) => version,
      (error: unknown) =>
        error instanceof HubError && error.code === 'CONFIG_UNKNOWN_VERSION' ? 0 : Promise.reject(error),
    );

  app.get(
    '/api/policies',
    {
      config: read,
      schema: {
        tags: TAGS,
        summary: 'What can be configured',
        response: {
          200: Type.Object({
            policies: Type.Array(
              Type.Object({ key: Type.String(), title: Type.Object({ zh: Type.String(), en: Type.String() }) }),
            ),
          }),
        },
      },
    },
    () => ({
      policies: POLICIES.map(({ key, title }) => ({ key, title: { ...title } })),
    }),
  );
  app.get<{ Params: Static<typeof Key> }>(
    '/api/policies/:key/versions',
    {
      config: read,
      schema: {
        tags: TAGS,
        summary: 'Every version of a policy, newest first',
        params: Key,
        response: { 200: Type.Object({ versions: Type.Array(Version) }) },
      },
    },
    async ({ params }) => {
      const [versions, inForce] = await Promise.all([configHistory(postgres, params.key), inForceOf(params.key)]);
      return { versions: versions.map((version) => shown(version, inForce)) };
    },
  );
  app.get<{ Params: Static<typeof Key>; Querystring: { from: number; to: number } }>(
    '/api/policies/:key/diff',
    {
      config: read,
      schema: {
        tags: TAGS,
        summary: 'What changed from one version to another',
        params: Key,
        querystring: Type.Object({ from: VersionNumber, to: VersionNumber }, strict),
        response: { 200: Type.Object({ changes: Type.Array(Change) }) },
      },
    },
    async ({ params, query }): Promise<{ changes: ConfigChange[] }> => ({
      changes: (await diffConfig(postgres, params.key, query.from, query.to).catch(asProblem)).changes,
    }),
  );
  app.post<{ Params: Static<typeof Key>; Body: Static<typeof Check> }>(
    '/api/policies/:key/check',
    {
      config: read,
      bodyLimit: BODY_LIMIT,
      schema: {
        tags: TAGS,
        summary: 'Whether a value is a valid policy, and what it would change',
        params: Key,
        body: Check,
        response: { 200: Checked },
      },
    },
    async ({ params, body }) => {
      refuseInvalid(params.key, body.value);
      const before = await configVersion(postgres, params.key, { on: body.effectiveFrom }).catch(asProblem);
      return { changes: configDiff(before.value, body.value), replaces: before.version };
    },
  );
  app.post<{ Params: Static<typeof Key>; Body: Static<typeof NewVersion> }>(
    '/api/policies/:key/versions',
    {
      config: change,
      bodyLimit: BODY_LIMIT,
      schema: { tags: TAGS, summary: 'Publish a version', params: Key, body: NewVersion, response: { 201: Version } },
    },
    async (request, reply) => {
      const { params, body } = request;
      const { value, effectiveFrom, note, label, basedOn } = body;
      const added = await addConfigVersion(postgres, {
        key: params.key,
        value,
        effectiveFrom,
        note,
        label,
        basedOn,
        actor: actorOf(userOf(request)),
      });
      return reply.code(201).send(shown(added, await inForceOf(params.key)));
    },
  );
  app.post<{ Params: Static<typeof Key>; Body: Static<typeof Rollback> }>(
    '/api/policies/:key/rollback',
    {
      config: change,
      schema: {
        tags: TAGS,
        summary: 'Put an older version in force again, as a new one',
        params: Key,
        body: Rollback,
        response: { 201: Version },
      },
    },
    async (request, reply) => {
      const { params, body } = request;
      const { to, effectiveFrom = today(), note, basedOn } = body;
      const added = await rollbackConfig(postgres, {
        key: params.key,
        to,
        effectiveFrom,
        note,
        basedOn,
        actor: actorOf(userOf(request)),
      }).catch(asProblem);
      return reply.code(201).send(shown(added, await inForceOf(params.key)));
    },
  );
}

/** A version that is not there is a 404. */
function asProblem(error: unknown): never {
  if (error instanceof HubError && error.code === 'CONFIG_UNKNOWN_VERSION')
    throw notFound(error.code, error.message, { pointer: '/version' });
  throw error;
}
