import { readFileSync, writeFileSync } from 'node:fs';
import { catalogueOf, incompatibilities, type CatalogueEntry } from '../../../models/catalogue/index.ts';
import { EVENTS } from '../../../models/events/index.ts';
import type { Verb } from '../cli/verb.ts';
import { projectPath } from '../../kernel/project.ts';

/** `hub models catalogue [--write]`: exits 0 only when no event schema breaks what was released. */
export const catalogueVerb: Verb = {
  path: 'models catalogue',
  summary: 'compare the event schemas with the released catalogue; --write releases them',
  declare: (command) =>
    void command.option('--write', 'write models/catalogue/events.json; refused while a change is incompatible'),
  run: ({ options }) => {
    const file = projectPath('models', 'catalogue', 'events.json');
    const current = catalogueOf(EVENTS);
    const found = incompatibilities(JSON.parse(readFileSync(file, 'utf8')) as CatalogueEntry[], current);
    const ok = found.length === 0;
    if (ok && options.write === true) writeFileSync(file, `${JSON.stringify(current, null, 2)}\n`);
    return Promise.resolve({
      ok,
      json: { ok, events: current.length, incompatibilities: found },
      text: ok
        ? `${current.length} event types, all compatible with the last release`
        : found.map(({ type, pointer, problem }) => `${type}${pointer}: ${problem}`).join('\n'),
    });
  },
};
