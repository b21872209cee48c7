import { readdirSync, readFileSync } from 'node:fs';
import { projectPath } from '../../platform/kernel/project.ts';

const ROOMS = ['connectors', 'console', 'dashboards', 'lending', 'models', 'pipelines', 'platform', 'tools'];
const SOURCE = /\.(ts|tsx|mjs|sql|yaml|yml|json)$/;

/** The names and the text of every source of the hub's rooms, tests left out. */
export function sourceText(): string {
  return ROOMS.flatMap((room) =>
    readdirSync(projectPath(room), { recursive: true, encoding: 'utf8' })
      .filter((name) => SOURCE.test(name) && !/\.test\.tsx?$/.test(name))
      .map((name) => `${room}/${name}\n${readFileSync(projectPath(room, name), 'utf8')}`),
  ).join('\n');
}

/** The verbs of the command line, as `hub --help` lists them: `up`, `dlq list`. */
export function verbPaths(): string[] {
  const declared = `${sourceText()}\n${readFileSync(projectPath('test/demo/demo.ts'), 'utf8')}`;
  return [...declared.matchAll(/\bpath: '([a-z]+(?: [a-z-]+)*)',\s+summary:/g)].map(([, path = '']) => path);
}
