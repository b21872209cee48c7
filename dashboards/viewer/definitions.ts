import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseYaml } from 'yaml';
import { projectPath } from '../../platform/kernel/project.ts';
import type { Card, Dashboard, SerdesMeta, TemplateTag } from './representations.ts';

export const LOCALES = ['zh', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** Texts by locale; the key is the text as the definition has it (zh-CN), or a code that comes out of a query. */
export type Dictionary = Record<Locale, Record<string, string>>;

export interface Definitions {
  dashboards: Dashboard[];
  cards: Map<string, Card>;
  dictionary: Dictionary;
  /** Path of each entity's file under the definitions, for messages. */
  files: Map<string, string>;
}

export function definitionsFolder(): string {
  return projectPath('dashboards', 'definitions');
}

/** The name of a dashboard in addresses: its label in `serdes/meta`. */
export function slugOf(dashboard: Dashboard): string {
  return dashboard['serdes/meta'].at(-1)?.label ?? dashboard.entity_id;
}

/** The native query of a card and its tags. Throws when the card is not one native stage. */
export function nativeQueryOf(card: Card): { sql: string; tags: readonly TemplateTag[] } {
  const [stage, ...more] = card.dataset_query.stages;
  if (stage?.native === undefined || more.length > 0)
    throw new Error(`card ${card.name} is not a native query of one stage`);
  return { sql: stage.native, tags: stage['template-tags'] ?? [] };
}

/** Metabase's content translation dictionary: `Locale Code,String,Translation`. */
function readDictionary(file: string): Dictionary {
  const dictionary: Dictionary = { zh: {}, en: {} };
  const rows = parseCsv<{ 'Locale Code': string; String: string; Translation: string }>(readFileSync(file), {
    columns: true,
    skip_empty_lines: true,
  });
  for (const row of rows) {
    const locale = LOCALES.find((candidate) => candidate === row['Locale Code']);
    if (locale === undefined) throw new Error(`${file}: ${row['Locale Code']} is not one of ${LOCALES.join(', ')}`);
    dictionary[locale][row.String] = row.Translation;
  }
  return dictionary;
}

/** Reads every definition below `folder`. Throws when a file is not readable as YAML. */
export function loadDefinitions(folder: string = definitionsFolder()): Definitions {
  const definitions: Definitions = {
    dashboards: [],
    cards: new Map(),
    dictionary: readDictionary(join(folder, 'translations.csv')),
    files: new Map(),
  };
  const entries = readdirSync(join(folder, 'collections'), { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((candidate) => candidate.isFile() && candidate.name.endsWith('.yaml'))) {
    const path = join(entry.parentPath, entry.name);
    const entity = parseYaml(readFileSync(path, 'utf8')) as {
      entity_id: string;
      'serdes/meta'?: readonly SerdesMeta[];
    };
    definitions.files.set(entity.entity_id, relative(folder, path));
    const model = entity['serdes/meta']?.at(-1)?.model;
    if (model === 'Card') definitions.cards.set(entity.entity_id, entity as Card);
    else if (model === 'Dashboard') definitions.dashboards.push(entity as Dashboard);
  }
  definitions.dashboards.sort((a, b) => (a.position ?? 0) - (b.position ?? 0) || slugOf(a).localeCompare(slugOf(b)));
  return definitions;
}
