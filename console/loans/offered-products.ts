import { type Static, Type } from '@sinclair/typebox';
import { policyInForce, type PolicyVersion, type ProductPolicy } from '../../models/policies/index.ts';
import { REPAYMENT_METHODS } from '../../models/reference/lending-terms.ts';

const strict = { additionalProperties: false } as const;

/** What a form offers: products in force on a day, with what may be asked for. Prices are not shown: a quote has the one that applies. */
export const OfferedProducts = Type.Object(
  {
    version: Type.Union([Type.String(), Type.Null()], {
      description: 'version of products and prices in force; null: none',
    }),
    products: Type.Array(
      Type.Object(
        {
          code: Type.String(),
          name: Type.Object({ zh: Type.String(), en: Type.String() }, strict),
          methods: Type.Array(
            Type.Unsafe<(typeof REPAYMENT_METHODS)[number]>({ type: 'string', enum: [...REPAYMENT_METHODS] }),
          ),
          principal: Type.Object({ minFen: Type.Integer(), maxFen: Type.Integer() }, strict),
          months: Type.Object(
            { from: Type.Integer(), to: Type.Integer() },
            { ...strict, description: 'shortest and longest term any price has' },
          ),
          balloonMaxShare: Type.Union([Type.String(), Type.Null()]),
        },
        strict,
      ),
    ),
  },
  { ...strict, $id: 'OfferedProducts' },
);
export type OfferedProducts = Static<typeof OfferedProducts>;

/** The products in force on a day, from versions as priceVersions gives them. */
export function offeredProducts(versions: readonly PolicyVersion<ProductPolicy>[], on: string): OfferedProducts {
  if (!versions.some(({ effectiveFrom }) => effectiveFrom <= on)) return { version: null, products: [] };
  const { version, value } = policyInForce(versions, on);
  const products = value.products.map(({ code, name, methods, principal, balloonMaxShare, prices }) => ({
    code,
    name,
    methods,
    principal,
    balloonMaxShare,
    months: {
      from: Math.min(...prices.map(({ scope }) => scope.months.from)),
      to: Math.max(...prices.map(({ scope }) => scope.months.to)),
    },
  }));
  return { version, products };
}
