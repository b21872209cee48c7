import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { projectPath } from '../platform/kernel/project.ts';

/** Pages of the console; their addresses are answered with the app, which draws the page. */
const PAGES = [
  '/',
  '/login',
  '/dashboards/*',
  '/applications',
  '/applications/*',
  '/customers',
  '/customers/*',
  '/review',
  '/review/*',
  '/policies',
  '/reconcile',
  '/dead-letters',
  '/dead-letters/*',
  '/status',
  '/simulation',
];

const NOT_BUILT =
  '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>autofin-hub</title><p>控制台尚未构建：<code>npm run build:web</code></p><p>The console is not built yet: <code>npm run build:web</code></p>';

/** Scripts only from this origin and none inline. Ant Design and ECharts make their styles in the page, so those may be inline. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the built web app of dist/web: its hashed files for ever, the page itself never from a cache. */
export async function webAppRoutes(app: FastifyInstance): Promise<void> {
  const folder = projectPath('dist', 'web');
  const hidden = { schema: { hide: true } };
  const page = async (_request: unknown, reply: FastifyReply) => {
    const html = await readFile(join(folder, 'index.html'), 'utf8').catch(() => NOT_BUILT);
    return reply
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(html);
  };
  for (const path of PAGES) app.get(path, hidden, page);
  app.get('/favicon.svg', hidden, async (_request, reply) =>
    reply
      .header('cache-control', 'public, max-age=86400')
      .type('image/svg+xml')
      .send(await readFile(projectPath('console', 'web', 'public', 'favicon.svg'))),
  );
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    decorateReply: false,
    maxAge: '365d',
    immutable: true,
  });
}
