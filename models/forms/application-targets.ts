import type { TSchema } from '@sinclair/typebox';
import { ApplicationForm } from './application-form.ts';

/** What a value of the form is; decides which conversions lead there. */
export type TargetKind = 'fen' | 'integer' | 'choice' | 'date' | 'instant' | 'text';

/** A field of the application form that a partner's format can fill. */
export interface Target {
  /** RFC 6901 pointer with `*` for any element of a list: `/guarantors/*\/name`. */
  pointer: string;
  kind: TargetKind;
  schema: TSchema;
  /** What it says when `kind` is choice. */
  choices: readonly string[];
  /** Whether its group must have it. */
  required: boolean;
  /** The list or optional object it lies in (its pointer, `/guarantors/*`, `/bankCard`); '' for what every application has. */
  group: string;
}

/** A list of the form: pointer and how many elements it may have. */
export interface TargetList {
  pointer: string;
  maxItems: number;
  required: boolean;
}

interface Shape {
  type?: string | readonly string[];
  properties?: Readonly<Record<string, TSchema>>;
  required?: readonly string[];
  items?: TSchema;
  maxItems?: number;
  enum?: readonly string[];
  format?: string;
}

const targets = new Map<string, Target>();
const lists = new Map<string, TargetList>();
collect(ApplicationForm, '', '', true);

/** Every field of the application form by its pointer, in the order of the form. */
export const TARGETS: ReadonlyMap<string, Target> = targets;
/** Every list of the application form by its pointer. */
export const TARGET_LISTS: ReadonlyMap<string, TargetList> = lists;

function collect(schema: TSchema, pointer: string, group: string, required: boolean): void {
  const shape = schema as Shape;
  const type = typeof shape.type === 'string' ? shape.type : shape.type?.find((name) => name !== 'null');
  if (type === 'object') {
    const own = required ? group : pointer;
    for (const [name, property] of Object.entries(shape.properties ?? {}))
      collect(property, `${pointer}/${name}`, own, shape.required?.includes(name) === true);
  } else if (type === 'array') {
    lists.set(pointer, { pointer, maxItems: shape.maxItems ?? Number.MAX_SAFE_INTEGER, required });
    collect(shape.items!, `${pointer}/*`, `${pointer}/*`, true);
  } else
    targets.set(pointer, {
      pointer,
      kind: kindOf(pointer, shape, type),
      schema,
      choices: shape.enum ?? [],
      required,
      group,
    });
}

function kindOf(pointer: string, shape: Shape, type: string | undefined): TargetKind {
  if (type === 'integer') return pointer.endsWith('Fen') ? 'fen' : 'integer';
  if (shape.enum !== undefined) return 'choice';
  if (shape.format === 'date') return 'date';
  return shape.format === 'date-time' ? 'instant' : 'text';
}

/** A pointer with its list indexes replaced by `*`: the name its target has above. */
export function targetPattern(pointer: string): string {
  return pointer.replace(/\/\d+(?=\/|$)/g, '/*');
}
