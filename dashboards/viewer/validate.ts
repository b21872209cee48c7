import { validateSchema } from '@metabase/representations';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { messageOf } from '../../platform/kernel/errors.ts';
import { definitionsFolder, loadDefinitions, nativeQueryOf, slugOf, type Definitions } from './definitions.ts';
import type { Card, Dashboard, Parameter } from './representations.ts';
import { compileTemplate, parseTemplate, tagNames } from './template-tags.ts';

export interface Finding {
  file: string;
  path: string;
  message: string;
}

const DISPLAYS = new Set(['scalar', 'number', 'line', 'area', 'bar', 'combo', 'row', 'funnel', 'pie', 'table']);

/** Metabase's own schema, over every file below the folder. */
export function schemaFindings(folder: string = definitionsFolder()): { files: number; findings: Finding[] } {
  const { results } = validateSchema({ folder });
  const findings = results.flatMap((result) =>
    result.status === 'ok' ? [] : result.errors.map(({ path, message }) => ({ file: result.file, path, message })),
  );
  return { files: results.length, findings };
}

function cardFindings(card: Card, definitions: Definitions): string[] {
  const findings: string[] = [];
  if (!DISPLAYS.has(card.display)) findings.push(`the viewer does not draw a card as ${card.display}`);
  try {
    const { sql, tags } = nativeQueryOf(card);
    const used = new Set(tagNames(parseTemplate(sql)));
    for (const name of used)
      if (!tags.some((tag) => tag.name === name)) findings.push(`{{${name}}} is not among template-tags`);
    for (const tag of tags) if (!used.has(tag.name)) findings.push(`the template tag ${tag.name} is not used`);
    if (/\bSETTINGS\b/i.test(sql))
      findings.push('a query may not carry SETTINGS: the hub sets limits and tenancy there');
  } catch (error) {
    findings.push(messageOf(error));
  }
  return [
    ...findings,
    ...untranslated([card.name, card.description, ...columnTitles(card.visualization_settings)], definitions),
  ];
}

function columnTitles(settings: Readonly<Record<string, unknown>>): string[] {
  const columns = Object.values((settings['column_settings'] ?? {}) as Record<string, { column_title?: string }>);
  return columns.flatMap((column) => column.column_title ?? []);
}

function untranslated(texts: readonly (string | null | undefined)[], { dictionary }: Definitions): string[] {
  return texts.flatMap((text) =>
    text && /[^\x20-\x7e]/.test(text) && dictionary.en[text] === undefined
      ? [`no English for ${text} in translations.csv`]
      : [],
  );
}

function parameterFindings(parameter: Parameter, definitions: Definitions): string[] {
  const source = parameter.values_source_config?.card_id;
  const missing =
    parameter.values_source_type === 'card' && !definitions.cards.has(source ?? '')
      ? [`the values of ${parameter.slug} come from a card that does not exist`]
      : [];
  return [...missing, ...untranslated([parameter.name], definitions)];
}

function dashboardFindings(dashboard: Dashboard, definitions: Definitions): string[] {
  const findings = [
    ...untranslated([dashboard.name, dashboard.description], definitions),
    ...(dashboard.parameters ?? []).flatMap((parameter) => parameterFindings(parameter, definitions)),
  ];
  const taken = new Map<string, string>();
  for (const dashcard of dashboard.dashcards ?? []) {
    const card = definitions.cards.get(dashcard.card_id ?? '');
    if (card === undefined) {
      findings.push(`the dashcard ${dashcard.entity_id} shows a card that does not exist`);
      continue;
    }
    if (dashcard.col + dashcard.size_x > 24) findings.push(`${card.name} is wider than the grid`);
    for (let row = dashcard.row; row < dashcard.row + dashcard.size_y; row += 1)
      for (let col = dashcard.col; col < dashcard.col + dashcard.size_x; col += 1) {
        const other = taken.get(`${row} ${col}`);
        if (other !== undefined) findings.push(`${card.name} overlaps ${other} at row ${row}, column ${col}`);
        taken.set(`${row} ${col}`, card.name);
      }
    const tags = nativeQueryOf(card).tags.map((tag) => tag.name);
    for (const mapping of dashcard.parameter_mappings ?? []) {
      if (!dashboard.parameters?.some((parameter) => parameter.id === mapping.parameter_id))
        findings.push(`${card.name} is mapped to a filter that does not exist`);
      if (!tags.includes(mapping.target[1][1]))
        findings.push(`${card.name} has no template tag ${mapping.target[1][1]}`);
    }
  }
  return [...new Set(findings)];
}

/** What Metabase's schema does not see: references, tags, the grid, translations, and what the viewer cannot draw. */
export function referenceFindings(definitions: Definitions = loadDefinitions()): Finding[] {
  const of = (id: string, messages: string[]): Finding[] =>
    messages.map((message) => ({ file: definitions.files.get(id) ?? id, path: '/', message }));
  const slugs = definitions.dashboards.map(slugOf);
  const twice = definitions.dashboards.filter(
    (dashboard) => slugs.indexOf(slugOf(dashboard)) !== slugs.lastIndexOf(slugOf(dashboard)),
  );
  return [
    ...[...definitions.cards.values()].flatMap((card) => of(card.entity_id, cardFindings(card, definitions))),
    ...definitions.dashboards.flatMap((dashboard) =>
      of(dashboard.entity_id, dashboardFindings(dashboard, definitions)),
    ),
    ...twice.flatMap((dashboard) => of(dashboard.entity_id, [`two dashboards are called ${slugOf(dashboard)}`])),
  ];
}

/** Asks the warehouse to plan every card's query, once without and once with a value for every filter. */
export async function queryFindings(
  context: HubContext,
  today: string,
  definitions: Definitions = loadDefinitions(),
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const card of definitions.cards.values()) {
    const { sql, tags } = nativeQueryOf(card);
    const filled = Object.fromEntries(
      tags.map((tag) => [
        tag.name,
        tag['widget-type']?.startsWith('date/') || tag.type === 'date'
          ? today
          : tag.type === 'number'
            ? 1
            : tag.type === 'boolean'
              ? true
              : 'x',
      ]),
    );
    for (const values of [{}, filled]) {
      try {
        const compiled = compileTemplate(sql, tags, values, today);
        await context.clickhouse.command({ query: `EXPLAIN ${compiled.sql}`, query_params: compiled.params });
      } catch (error) {
        findings.push({
          file: definitions.files.get(card.entity_id) ?? card.entity_id,
          path: '/dataset_query',
          message: messageOf(error).split('\n')[0] ?? '',
        });
        break;
      }
    }
  }
  return findings;
}
