import type { FastifyInstance, FastifyRequest } from 'fastify';
import { rightsOf } from '../../platform/edge/access/rights.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { notSignedIn } from '../../platform/edge/access/user-of.ts';
import { forbidden } from '../../platform/edge/http/index.ts';
import { SESSION_COOKIE, userOfSession } from './sessions.ts';

/** A header no form or image of another site can set without a CORS preflight, which this origin never allows. */
export const CSRF_HEADER = 'x-hub-console';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a person who must change their password first may still call. */
const BEFORE_PASSWORD_CHANGE = new Set(['/api/session', '/api/session/password', '/api/session/preferences']);

/** Throws unless a changing request comes from the console's own pages. */
function refuseForeignOrigin(request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin, host } = request.headers;
  const foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host);
  if (foreign || request.headers[CSRF_HEADER] === undefined)
    throw forbidden(
      'FORBIDDEN',
      `A request that changes something comes from the console's own pages, with the header ${CSRF_HEADER}`,
    );
}

/**
 * Guards every route under /api of this instance and all its children, whoever registers it: refused by default, open only by
 * the right it names in `config.access`.
 */
export function guardConsoleApi(app: FastifyInstance, context: HubContext): void {
  app.decorateRequest('consoleUser', null);
  app.addHook('onRequest', async (request, reply) => {
    const path = request.routeOptions.url ?? request.url;
    if (path !== '/api' && !path.startsWith('/api/')) return;
    void reply.header('cache-control', 'no-store');
    refuseForeignOrigin(request);
    const { access } = request.routeOptions.config;
    if (access === 'public') return;
    const token = request.cookies[SESSION_COOKIE];
    const user = token === undefined ? undefined : await userOfSession(context.postgres, token, context.clock());
    if (user === undefined) throw notSignedIn();
    request.consoleUser = user;
    if (access === 'signed-in') return refuseBeforePasswordChange(user.mustChangePassword, path);
    if (access === undefined || !rightsOf(user.role).includes(access))
      throw forbidden('FORBIDDEN', `The role ${user.role} may not do this`);
    refuseBeforePasswordChange(user.mustChangePassword, path);
  });
}

function refuseBeforePasswordChange(mustChange: boolean, path: string): void {
  if (mustChange && !BEFORE_PASSWORD_CHANGE.has(path)) throw forbidden('FORBIDDEN', 'Change the password first');
}
