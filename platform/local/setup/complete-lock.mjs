// Adds to package-lock.json the packages of other platforms that the registry of this machine does not offer, so that `npm ci` accepts it.
// Their versions are the exact pins of the packages that name them. Usage: node complete-lock.mjs DIR (run after every npm install)
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
const file = join(process.argv[2] ?? '.', 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lock.packages[`node_modules/${name}`] || lock.packages[`${path}/node_modules/${name}`]) continue;
    if (!/^\d/.test(version)) {
      console.error('no exact pin:', path, name, version);
      continue;
    }
    const os = /darwin|win32|android|freebsd|openharmony|linux/.exec(name)?.[0];
    const cpu = /(?:^|[-/])(arm64|x64|ia32|arm|ppc64|s390x|riscv64|loong64)(?:-|$)/.exec(name)?.[1];
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(cpu ? { cpu: [cpu] } : {}),
      ...(entry.dev ? { dev: true } : {}),
      optional: true,
      ...(os ? { os: [os] } : {}),
    };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log('added', added.length);
