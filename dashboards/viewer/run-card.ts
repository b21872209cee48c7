import type { ConsoleUser } from '../../platform/edge/access/rights.ts';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { notFound } from '../../platform/edge/http/index.ts';
import { nativeQueryOf, slugOf, type Definitions } from './definitions.ts';
import type { Card, Dashboard, DashboardCard, Parameter, ParameterValue } from './representations.ts';
import { compileTemplate } from './template-tags.ts';
import { queryWarehouse, todayOf, type QueryResult } from '../../platform/edge/warehouse-query/index.ts';

/** Values of a dashboard's filters, by the slug of the parameter. */
export type FilterValues = Readonly<Record<string, ParameterValue | undefined>>;

/** Finds a dashboard by its name in addresses. Throws 404. */
export function dashboardOf(definitions: Definitions, slug: string): Dashboard {
  const dashboard = definitions.dashboards.find(
    (candidate) => slugOf(candidate) === slug && candidate.archived !== true,
  );
  if (dashboard === undefined) throw notFound('NOT_FOUND', `There is no dashboard ${slug}`);
  return dashboard;
}

/** What each tag of a card gets: the value of the dashboard's filter that is mapped to it, else that filter's default. */
export function tagValues(
  dashboard: Dashboard,
  dashcard: DashboardCard,
  filters: FilterValues,
): Record<string, ParameterValue | undefined> {
  const values: Record<string, ParameterValue | undefined> = {};
  for (const mapping of dashcard.parameter_mappings ?? []) {
    const parameter = (dashboard.parameters ?? []).find((candidate) => candidate.id === mapping.parameter_id);
    if (parameter !== undefined) values[mapping.target[1][1]] = valueOf(parameter, filters);
  }
  return values;
}

/** A filter that was cleared (null) stays cleared unless it is required; one that was not sent has its default. */
function valueOf(parameter: Parameter, filters: FilterValues): ParameterValue | undefined {
  const value = filters[parameter.slug];
  if (value === undefined || (value === null && parameter.required === true)) return parameter.default;
  return value;
}

/** Runs one card of a dashboard. Throws 404 for a card that is not on it, InvalidInputError for a filter that does not fit. */
export async function runCard(
  context: HubContext,
  definitions: Definitions,
  user: ConsoleUser,
  slug: string,
  dashcardId: string,
  filters: FilterValues,
): Promise<QueryResult> {
  const dashboard = dashboardOf(definitions, slug);
  const dashcard = dashboard.dashcards?.find((candidate) => candidate.entity_id === dashcardId);
  const card = definitions.cards.get(dashcard?.card_id ?? '');
  if (dashcard === undefined || card === undefined)
    throw notFound('NOT_FOUND', `There is no card ${dashcardId} on ${slug}`);
  return runQuery(context, user, card, tagValues(dashboard, dashcard, filters));
}

/** The values a filter offers: `[value, label]` pairs, from its static list or from the first two columns of its card. */
export async function parameterValues(
  context: HubContext,
  definitions: Definitions,
  user: ConsoleUser,
  slug: string,
  parameterSlug: string,
): Promise<[string, string][]> {
  const parameter = dashboardOf(definitions, slug).parameters?.find((candidate) => candidate.slug === parameterSlug);
  if (parameter === undefined) throw notFound('NOT_FOUND', `There is no filter ${parameterSlug} on ${slug}`);
  if (parameter.values_source_type === 'static-list')
    return (parameter.values_source_config?.values ?? []).map(([value, label]) => [value, label]);
  const card = definitions.cards.get(parameter.values_source_config?.card_id ?? '');
  if (card === undefined) return [];
  const { rows } = await runQuery(context, user, card, {});
  return rows.map((row) => [String(row[0]), String(row[1] ?? row[0])]);
}

async function runQuery(
  context: HubContext,
  user: ConsoleUser,
  card: Card,
  values: Record<string, ParameterValue | undefined>,
): Promise<QueryResult> {
  const { sql, tags } = nativeQueryOf(card);
  const compiled = compileTemplate(sql, tags, values, todayOf(context));
  return queryWarehouse(context, compiled, { partners: user.partners });
}
