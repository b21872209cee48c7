import { Type, type Static } from '@sinclair/typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RIGHTS, rightsOf, USER_ROLES, type ConsoleUser } from '../../platform/edge/access/rights.ts';
import { audit } from '../../platform/storage/audit/index.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { notSignedIn, userOf } from '../../platform/edge/access/user-of.ts';
import { type HttpError, tooManyRequests, unauthorized } from '../../platform/edge/http/index.ts';
import { verifyPassword } from './passwords.ts';
import { ABSOLUTE_MS, closeSession, openSession, SESSION_COOKIE, sessionHash } from './sessions.ts';
import { clearAttempts, reserveAttempt } from './throttle.ts';
import { changePassword, findForLogin } from './users.ts';

const Language = Type.Union([Type.Literal('zh-CN'), Type.Literal('en')]);
const Session = Type.Object(
  {
    name: Type.String(),
    displayName: Type.String(),
    role: Type.Union(USER_ROLES.map((role) => Type.Literal(role))),
    language: Language,
    partners: Type.Union([Type.Array(Type.String()), Type.Null()]),
    mustChangePassword: Type.Boolean(),
    rights: Type.Array(Type.Union(RIGHTS.map((right) => Type.Literal(right)))),
  },
  { $id: 'Session' },
);
const Credentials = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 64 }), password: Type.String({ minLength: 1, maxLength: 256 }) },
  { additionalProperties: false },
);
const NewPassword = Type.Object(
  {
    password: Type.String({ minLength: 1, maxLength: 256 }),
    newPassword: Type.String({ minLength: 1, maxLength: 1024 }),
  },
  { additionalProperties: false },
);
const Preferences = Type.Object({ language: Language }, { additionalProperties: false });

const TAGS = ['console'];
const SMALL_BODY = 4096;

function sessionOf(user: ConsoleUser): Static<typeof Session> {
  return { ...user, partners: user.partners === null ? null : [...user.partners], rights: [...rightsOf(user.role)] };
}

function tooManyAttempts(retryAfter: number): HttpError {
  const detail = `Too many failed attempts; try again in ${retryAfter} s`;
  return tooManyRequests('TOO_MANY_ATTEMPTS', detail, { retryAfter });
}

function signedIn(request: FastifyRequest): { user: ConsoleUser; token: string } {
  const token = request.cookies[SESSION_COOKIE];
  if (token === undefined) throw notSignedIn();
  return { user: userOf(request), token };
}

/** Log-in, log-out, who am I, password and language: /api/session. */
export function sessionRoutes(app: FastifyInstance, context: HubContext): void {
  const pool = context.postgres;

  /** Checks a name and password under the throttle; throws 429 or 401, the same for a name nobody has. */
  async function authenticate(request: FastifyRequest, name: string, password: string): Promise<ConsoleUser> {
    const wait = await reserveAttempt(pool, name, request.ip, context.clock());
    if (wait > 0) throw tooManyAttempts(Math.ceil(wait / 1000));
    const found = await findForLogin(pool, name);
    if (!(await verifyPassword(password, found?.password)) || found === undefined)
      throw unauthorized('WRONG_CREDENTIALS', 'The name or the password is wrong');
    await clearAttempts(pool, name, request.ip, context.clock());
    return found.user;
  }

  function setCookie(request: FastifyRequest, reply: FastifyReply, token: string): void {
    void reply.setCookie(SESSION_COOKIE, token, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
      maxAge: ABSOLUTE_MS / 1000,
    });
  }

  app.post<{ Body: Static<typeof Credentials> }>(
    '/api/session',
    {
      bodyLimit: SMALL_BODY,
      config: { access: 'public' },
      schema: { tags: TAGS, summary: 'Sign in', body: Credentials, response: { 200: Session } },
    },
    async (request, reply) => {
      const user = await authenticate(request, request.body.name.trim().toLowerCase(), request.body.password);
      const earlier = request.cookies[SESSION_COOKIE];
      if (earlier !== undefined) await closeSession(pool, earlier);
      setCookie(request, reply, await openSession(pool, user.name, context.clock()));
      await audit(pool, {
        actor: user.name,
        action: 'session.open',
        subject: user.name,
        before: null,
        after: { address: request.ip },
      });
      return sessionOf(user);
    },
  );

  app.get(
    '/api/session',
    {
      config: { access: 'signed-in' },
      schema: { tags: TAGS, summary: 'Who is signed in', response: { 200: Session } },
    },
    (request) => sessionOf(signedIn(request).user),
  );

  app.delete(
    '/api/session',
    { config: { access: 'signed-in' }, schema: { tags: TAGS, summary: 'Sign out', response: { 204: Type.Null() } } },
    async (request, reply) => {
      const { user, token } = signedIn(request);
      await closeSession(pool, token);
      await audit(pool, { actor: user.name, action: 'session.close', subject: user.name, before: null, after: null });
      return reply.clearCookie(SESSION_COOKIE, { path: '/' }).code(204).send();
    },
  );

  app.put<{ Body: Static<typeof Preferences> }>(
    '/api/session/preferences',
    {
      bodyLimit: SMALL_BODY,
      config: { access: 'signed-in' },
      schema: { tags: TAGS, summary: 'Choose the language', body: Preferences, response: { 200: Session } },
    },
    async (request) => {
      const { user } = signedIn(request);
      await pool.query('UPDATE hub."user" SET language = $2 WHERE name = $1', [user.name, request.body.language]);
      return sessionOf({ ...user, language: request.body.language });
    },
  );

  app.put<{ Body: Static<typeof NewPassword> }>(
    '/api/session/password',
    {
      bodyLimit: SMALL_BODY,
      config: { access: 'signed-in' },
      schema: { tags: TAGS, summary: 'Change the password', body: NewPassword, response: { 200: Session } },
    },
    async (request) => {
      const { user, token } = signedIn(request);
      await authenticate(request, user.name, request.body.password);
      await changePassword(pool, user.name, request.body.newPassword, sessionHash(token));
      return sessionOf({ ...user, mustChangePassword: false });
    },
  );
}
