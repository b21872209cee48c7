import type { Static, TSchema } from '@sinclair/typebox';
import type { HubContext } from '../../kernel/hub-context.ts';

/**
 * A path of the partner API that answers from the request alone. A room declares it as data; connectors/intake, which owns the partner API,
 * checks the signature, uses the nonce up, reads the body strictly and checks its form before it asks for the answer.
 */
export interface PartnerRoute<Body extends TSchema = TSchema> {
  readonly method: 'POST';
  readonly url: `/v1/${string}`;
  readonly summary: string;
  readonly description: string;
  readonly bodyLimit: number;
  /** How many members and elements the body may have in all. */
  readonly maxItems: number;
  readonly body: Body;
  readonly response: TSchema;
  /** `body` fits its schema. Throws InvalidInputError naming each field that cannot be. */
  answer(body: Static<Body>, request: { readonly partnerId: string }, context: HubContext): unknown;
}

/** Declares a path, its body typed by its schema. */
export function partnerRoute<Body extends TSchema>(route: PartnerRoute<Body>): PartnerRoute {
  return route;
}
