/** What JSON writes otherwise than as it is. */
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;
const heads = new WeakMap<readonly string[], readonly string[]>();

/** A row of a file as one JSON object, cells by column (every cell has one): as JSON.stringify writes it, at a fraction of the cost. */
export function rowAsJson(columns: readonly string[], cells: readonly string[]): string {
  let names = heads.get(columns);
  if (names === undefined) {
    names = columns.map((column, index) => `${index === 0 ? '{' : ','}${JSON.stringify(column)}:`);
    heads.set(columns, names);
  }
  let text = '';
  for (let index = 0; index < names.length; index++) {
    const cell = cells[index]!;
    text += names[index]! + (ESCAPED.test(cell) ? JSON.stringify(cell) : `"${cell}"`);
  }
  return `${text}}`;
}
