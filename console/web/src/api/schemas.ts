import type { components } from '../generated/api.d.ts';

/** What the hub answers, by its name in the OpenAPI document. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];
