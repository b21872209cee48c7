import bins from './data/bank-card-bins.json' with { type: 'json' };

export interface BankCardIssuer {
  /** the issuer's common abbreviation, such as ICBC */
  code: string;
  name: string;
  cardType: 'debit' | 'credit' | 'semi-credit' | 'prepaid';
}

const TYPES = { DC: 'debit', CC: 'credit', SCC: 'semi-credit', PC: 'prepaid' } as const;

/** By length of the card: the prefix lengths that occur, longest first, and the issuer of each prefix. */
const BY_LENGTH: ReadonlyMap<
  number,
  { prefixLengths: readonly number[]; issuers: ReadonlyMap<string, BankCardIssuer> }
> = (() => {
  const table = new Map<number, { prefixLengths: number[]; issuers: Map<string, BankCardIssuer> }>();
  for (const group of bins.groups) {
    const issuer: BankCardIssuer = {
      code: group.code,
      name: group.name,
      cardType: TYPES[group.type as keyof typeof TYPES],
    };
    let entry = table.get(group.length);
    if (entry === undefined) table.set(group.length, (entry = { prefixLengths: [], issuers: new Map() }));
    for (const prefix of group.prefixes) if (!entry.issuers.has(prefix)) entry.issuers.set(prefix, issuer);
  }
  for (const entry of table.values())
    entry.prefixLengths = [...new Set([...entry.issuers.keys()].map((p) => p.length))].sort((a, b) => b - a);
  return table;
})();

/** The issuer of a card number, by its length and the longest known prefix; null when none is known. */
export function bankCardIssuer(cardNo: string): BankCardIssuer | null {
  const entry = BY_LENGTH.get(cardNo.length);
  if (entry === undefined) return null;
  for (const length of entry.prefixLengths) {
    const issuer = entry.issuers.get(cardNo.slice(0, length));
    if (issuer !== undefined) return issuer;
  }
  return null;
}
