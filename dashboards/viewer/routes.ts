import { Type, type Static } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';
import type { HubContext } from '../../platform/kernel/hub-context.ts';
import { userOf } from '../../platform/edge/access/user-of.ts';
import { loadDefinitions, slugOf, type Definitions } from './definitions.ts';
import type { Dashboard } from './representations.ts';
import { withPartnerNames } from './partner-names.ts';
import { dashboardOf, parameterValues, runCard } from './run-card.ts';

const FilterValue = Type.Union([
  Type.String({ maxLength: 200 }),
  Type.Array(Type.String({ maxLength: 200 }), { maxItems: 200 }),
  Type.Null(),
]);
const Texts = Type.Record(Type.String(), Type.String());
const Settings = Type.Record(Type.String(), Type.Unknown());

const DashboardSummary = Type.Object(
  {
    slug: Type.String(),
    name: Type.String(),
    description: Type.String(),
    texts: Type.Object({ zh: Texts, en: Texts }),
  },
  { $id: 'DashboardSummary' },
);
const DashboardView = Type.Object(
  {
    slug: Type.String(),
    name: Type.String(),
    description: Type.String(),
    parameters: Type.Array(
      Type.Object({
        slug: Type.String(),
        name: Type.String(),
        type: Type.String(),
        default: FilterValue,
        required: Type.Boolean(),
        hasValues: Type.Boolean(),
      }),
    ),
    cards: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        description: Type.String(),
        display: Type.String(),
        row: Type.Integer(),
        col: Type.Integer(),
        sizeX: Type.Integer(),
        sizeY: Type.Integer(),
        filters: Type.Array(Type.String()),
        settings: Settings,
      }),
    ),
    dictionary: Type.Object({ zh: Texts, en: Texts }),
  },
  { $id: 'DashboardView' },
);
const CardResult = Type.Object(
  {
    columns: Type.Array(Type.Object({ name: Type.String(), type: Type.String() })),
    rows: Type.Array(Type.Array(Type.Unknown())),
    truncated: Type.Boolean(),
    elapsedMs: Type.Integer(),
  },
  { $id: 'CardResult' },
);
const Slug = Type.Object({ slug: Type.String({ maxLength: 100 }) });
const SlugAndId = Type.Object({ slug: Type.String({ maxLength: 100 }), id: Type.String({ maxLength: 100 }) });
const Query = Type.Object(
  { parameters: Type.Record(Type.String({ maxLength: 100 }), FilterValue) },
  { additionalProperties: false },
);

const TAGS = ['dashboards'];
const config = { access: 'dashboards.read' } as const;

/** A dashboard as the web app draws it; texts stay in the language of the definition, with the dictionary beside them. */
function viewOf(dashboard: Dashboard, definitions: Definitions): Omit<Static<typeof DashboardView>, 'dictionary'> {
  const parameters = dashboard.parameters ?? [];
  return {
    slug: slugOf(dashboard),
    name: dashboard.name,
    description: dashboard.description ?? '',
    parameters: parameters.map((parameter) => ({
      slug: parameter.slug,
      name: parameter.name,
      type: parameter.type,
      default: Array.isArray(parameter.default)
        ? parameter.default.map(String)
        : parameter.default == null
          ? null
          : String(parameter.default),
      required: parameter.required ?? false,
      hasValues: parameter.values_source_type != null,
    })),
    cards: (dashboard.dashcards ?? []).flatMap((dashcard) => {
      const card = definitions.cards.get(dashcard.card_id ?? '');
      if (card === undefined) return [];
      const mapped = new Set((dashcard.parameter_mappings ?? []).map((mapping) => mapping.parameter_id));
      return [
        {
          id: dashcard.entity_id,
          name: card.name,
          description: card.description ?? '',
          display: card.display,
          row: dashcard.row,
          col: dashcard.col,
          sizeX: dashcard.size_x,
          sizeY: dashcard.size_y,
          filters: parameters.filter((parameter) => mapped.has(parameter.id)).map((parameter) => parameter.slug),
          settings: { ...card.visualization_settings, ...dashcard.visualization_settings },
        },
      ];
    }),
  };
}

/** The translations of a dashboard's own name and description. */
function textsOf(dashboard: Dashboard, { dictionary }: Definitions): Static<typeof DashboardSummary>['texts'] {
  const of = (texts: Record<string, string>) =>
    Object.fromEntries(
      [dashboard.name, dashboard.description ?? ''].flatMap((text) =>
        texts[text] === undefined ? [] : [[text, texts[text]]],
      ),
    );
  return { zh: of(dictionary.zh), en: of(dictionary.en) };
}

/** The dashboards as definitions and their figures: /api/dashboards. */
export function dashboardRoutes(app: FastifyInstance, context: HubContext): void {
  const definitions = loadDefinitions();

  app.get(
    '/api/dashboards',
    {
      config,
      schema: {
        tags: TAGS,
        summary: 'The dashboards',
        response: { 200: Type.Object({ dashboards: Type.Array(DashboardSummary) }) },
      },
    },
    () => ({
      dashboards: definitions.dashboards
        .filter((dashboard) => dashboard.archived !== true)
        .map((dashboard) => ({
          slug: slugOf(dashboard),
          name: dashboard.name,
          description: dashboard.description ?? '',
          texts: textsOf(dashboard, definitions),
        })),
    }),
  );

  app.get(
    '/api/dictionary',
    {
      config: { access: 'signed-in' },
      schema: {
        tags: TAGS,
        summary: 'Names of codes and texts of definitions, by language',
        response: { 200: Type.Object({ zh: Texts, en: Texts }) },
      },
    },
    (request) => withPartnerNames(context, userOf(request), definitions.dictionary),
  );

  app.get<{ Params: Static<typeof Slug> }>(
    '/api/dashboards/:slug',
    {
      config,
      schema: {
        tags: TAGS,
        summary: 'One dashboard: filters, cards, layout, texts',
        params: Slug,
        response: { 200: DashboardView },
      },
    },
    async (request) => {
      const dashboard = dashboardOf(definitions, request.params.slug);
      return {
        ...viewOf(dashboard, definitions),
        dictionary: await withPartnerNames(context, userOf(request), definitions.dictionary),
      };
    },
  );

  app.get<{ Params: Static<typeof SlugAndId> }>(
    '/api/dashboards/:slug/parameters/:id/values',
    {
      config,
      schema: {
        tags: TAGS,
        summary: 'What a filter offers',
        params: SlugAndId,
        response: {
          200: Type.Object({ values: Type.Array(Type.Object({ value: Type.String(), label: Type.String() })) }),
        },
      },
    },
    async (request) => {
      const pairs = await parameterValues(
        context,
        definitions,
        userOf(request),
        request.params.slug,
        request.params.id,
      );
      return { values: pairs.map(([value, label]) => ({ value, label })) };
    },
  );

  app.post<{ Params: Static<typeof SlugAndId>; Body: Static<typeof Query> }>(
    '/api/dashboards/:slug/cards/:id/query',
    {
      config,
      bodyLimit: 65_536,
      schema: {
        tags: TAGS,
        summary: 'The figures of one card',
        params: SlugAndId,
        body: Query,
        response: { 200: CardResult },
      },
    },
    (request) =>
      runCard(context, definitions, userOf(request), request.params.slug, request.params.id, request.body.parameters),
  );
}
