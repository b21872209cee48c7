// Bundles the TypeScript of the hub for Node. Output: dist/<fingerprint of the sources>/, with dist/current naming the newest.
// A build is made in a folder of its own and renamed into place, so that two starts at once, or a hub still running an older
// build, never see half of one.
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const ROOMS = [
  'connectors',
  'console',
  'pipelines',
  'lending',
  'migration',
  'models',
  'dashboards',
  'schedules',
  'platform',
  'tools',
  'test/demo',
  'test/generators',
  'test/support',
];
const ENTRIES = ['hub.ts', 'platform/local/clickhouse/server-main.ts', 'platform/local/servers-main.ts'];
const NOT_BUNDLED = /^(node_modules|dist|web|generated)$/;
const KEPT_BUILDS = 8;

/** What the servers alone need: for tests and tools that must not depend on the rest of the hub. */
export const SERVER_ENTRIES = ENTRIES.slice(1);
/** Where a bundle of the servers alone goes. */
export const SERVER_DIST = join(root, 'node_modules', '.cache', 'hub-servers');

/** Every TypeScript source that may end in the bundle, with its size and time. */
function* sources(folder) {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!NOT_BUNDLED.test(entry.name) || entry.name === 'generated') yield* sources(path);
    } else if (/\.(ts|mjs|json)$/.test(entry.name) && !entry.name.endsWith('.test.ts')) yield path;
  }
}

/** Changes whenever a source is added, removed or written. */
function fingerprint(entries) {
  const hash = createHash('sha256').update(entries.join());
  const files = [
    ...ROOMS.filter((room) => existsSync(join(root, room))).flatMap((room) => [...sources(room)]),
    'hub.ts',
    'platform/local/build.mjs',
    'package.json',
  ];
  for (const file of files.sort()) {
    const stat = statSync(join(root, file), { throwIfNoEntry: false });
    if (stat) hash.update(`${file}\0${stat.mtimeMs}\0${stat.size}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}

function pointCurrentAt(dist, id) {
  const link = join(dist, `.current-${process.pid}-${randomBytes(3).toString('hex')}`);
  symlinkSync(id, link);
  renameSync(link, join(dist, 'current'));
}

/** Drops old builds; the newest stay, for a hub that still runs one may start children from it. */
function dropOldBuilds(dist) {
  const dayAgo = Date.now() - 24 * 3600_000;
  const builds = readdirSync(dist, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ path: join(dist, entry.name), time: statSync(join(dist, entry.name)).mtimeMs }))
    .sort((a, b) => b.time - a.time);
  for (const build of builds.slice(KEPT_BUILDS))
    if (build.time < dayAgo) rmSync(build.path, { recursive: true, force: true });
}

/**
 * Makes sure that a bundle of the present sources exists, and returns its folder.
 * @param {{ dist?: string, entries?: string[] }} [options] `entries` that do not exist are left out
 * @returns {Promise<string>}
 */
export async function ensureBuilt({ dist = join(root, 'dist'), entries = ENTRIES } = {}) {
  const present = entries.filter((entry) => existsSync(join(root, entry)));
  const id = fingerprint(present);
  const target = join(dist, id);
  if (!existsSync(target)) {
    const { build } = await import('esbuild');
    const temporary = join(dist, `.tmp-${process.pid}-${randomBytes(3).toString('hex')}`);
    mkdirSync(temporary, { recursive: true });
    try {
      const { metafile } = await build({
        absWorkingDir: root,
        entryPoints: present,
        outdir: temporary,
        outbase: '.',
        bundle: true,
        splitting: true,
        format: 'esm',
        platform: 'node',
        target: 'node20',
        packages: 'external',
        sourcemap: true,
        chunkNames: 'chunks/[name]-[hash]',
        logLevel: 'silent',
        metafile: true,
      });
      // Which file imports which: `npm run dev` finds the roles to restart in it.
      writeFileSync(join(temporary, 'meta.json'), JSON.stringify({ inputs: metafile.inputs }));
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true });
      if (!existsSync(target)) throw error;
    }
    dropOldBuilds(dist);
  }
  utimesSync(target, new Date(), new Date());
  pointCurrentAt(dist, id);
  return target;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = Date.now();
  console.error(`built ${await ensureBuilt()} in ${Date.now() - started} ms`);
}
