import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { projectPath } from '../platform/project.ts';

/** Pages of the console; their addresses are answered with the app, which draws the page. */
const PAGES = ['/', '/login', '/dashboards', '/dashboards/*', '/applications', '/applications/*', '/reconcile', '/dead-letters', '/dead-letters/*', '/status'];
const NONCE = '{{nonce}}';

const NOT_BUILT =
  '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>autofin-hub</title><p>控制台尚未构建：<code>npm run build:web</code></p><p>The console is not built yet: <code>npm run build:web</code></p>';

/** Only this origin; style elements only with the nonce of this answer (style attributes are what the charts' tooltips use). */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Serves the built web app of dist/web: hashed files for ever, the page itself never from a cache. */
export async function webAppRoutes(app: FastifyInstance): Promise<void> {
  const folder = projectPath('dist', 'web');
  const index = (): string => (existsSync(join(folder, 'index.html')) ? readFileSync(join(folder, 'index.html'), 'utf8') : NOT_BUILT);
  const answer = (reply: FastifyReply) => {
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('content-security-policy', contentSecurityPolicy(nonce))
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(index().replaceAll(NONCE, nonce));
  };
  for (const page of PAGES) app.get(page, { schema: { hide: true } }, (_request, reply) => answer(reply));
  if (!existsSync(folder)) return;
  await app.register(fastifyStatic, { root: folder, prefix: '/', index: false, wildcard: false, decorateReply: false, globIgnore: ['index.html'], maxAge: '365d', immutable: true });
}
