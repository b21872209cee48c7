/** The parts of Metabase's representation format (`@metabase/representations`, core-spec v1) that the built-in viewer draws. */

export type ParameterValue = string | number | boolean | readonly (string | number)[] | null;

export interface Parameter {
  id: string;
  name: string;
  slug: string;
  type: string;
  default?: ParameterValue;
  required?: boolean;
  values_source_type?: 'card' | 'static-list' | null;
  values_source_config?: { values?: readonly (readonly [string, string])[]; card_id?: string };
}

export interface TemplateTag {
  type: 'text' | 'number' | 'date' | 'boolean' | 'dimension' | 'temporal-unit' | 'card' | 'snippet' | 'table';
  name: string;
  id: string;
  'display-name'?: string;
  default?: ParameterValue;
  required?: boolean;
  /** `[field, options, [database, schema, table, column]]` */
  dimension?: readonly [string, unknown, readonly (string | null)[] | string];
  'widget-type'?: string;
  alias?: string;
}

export interface SerdesMeta {
  id: string;
  label?: string;
  model: string;
}

export interface Card {
  name: string;
  entity_id: string;
  description?: string | null;
  display: string;
  collection_id?: string | null;
  dashboard_id?: string | null;
  dataset_query: {
    'lib/type': string;
    database: string;
    stages: readonly { 'lib/type': string; native?: string; 'template-tags'?: readonly TemplateTag[] }[];
  };
  visualization_settings: Record<string, unknown>;
  parameters?: readonly Parameter[];
  'serdes/meta': readonly SerdesMeta[];
}

export interface ParameterMapping {
  card_id?: string;
  parameter_id: string;
  target: readonly [string, readonly [string, string], ...unknown[]];
}

export interface DashboardCard {
  entity_id: string;
  card_id?: string | null;
  row: number;
  col: number;
  size_x: number;
  size_y: number;
  parameter_mappings?: readonly ParameterMapping[];
  visualization_settings?: Record<string, unknown>;
}

export interface Dashboard {
  name: string;
  entity_id: string;
  description?: string | null;
  collection_id?: string | null;
  position?: number | null;
  archived?: boolean;
  parameters?: readonly Parameter[];
  dashcards?: readonly DashboardCard[];
  'serdes/meta': readonly SerdesMeta[];
}
