import { significantTokens, type Token } from './sql-tokens.ts';

/** What the HTTP layer must know about a statement before it hands it to the engine. Offsets are into the analysed text. */
export type Statement =
  | { kind: 'empty' }
  | { kind: 'multiple' }
  | { kind: 'insert'; insert: InsertShape; keyword: string }
  /** A statement with a result: it can be streamed through INTO OUTFILE. */
  | { kind: 'result'; output: OutputShape; keyword: string }
  | { kind: 'other'; keyword: string; end: number };

export interface InsertShape {
  /** Where the rows begin (after FORMAT x or VALUES), or null when the statement carries none of both. */
  dataAt: number | null;
  /** The FORMAT clause: its offsets and its name, where there is one. */
  format: { start: number; end: number; name: string } | null;
  /** Offset before which FROM INFILE may stand; null where the rows cannot come from a file (VALUES, SELECT). */
  infileAt: number | null;
  hasSelect: boolean;
  fromInfile: boolean;
  end: number;
}

export interface OutputShape {
  /** End of the query proper: before FORMAT, a SETTINGS clause that follows it, and the semicolon. */
  bodyEnd: number;
  format: string | null;
  /** The SETTINGS clause written after FORMAT, with its keyword, or an empty string. */
  trailingSettings: string;
  intoOutfile: boolean;
}

const WITH_RESULT = new Set(['SELECT', 'WITH', 'FROM', '(', 'SHOW', 'DESCRIBE', 'DESC', 'EXPLAIN', 'EXISTS', 'CHECK']);

/**
 * Finds out what kind of statement a text is, where the rows of an INSERT begin, and where the output clauses stand.
 * It decides by ClickHouse's own order of clauses; whatever is not understood is left to the engine to refuse.
 * @param text the statement; one character per byte (latin1) where offsets must be byte offsets
 */
export function analyseStatement(text: string): Statement {
  const tokens = significantTokens(text);
  const first = tokens.next();
  if (first.done) return { kind: 'empty' };
  const keyword = first.value.upper;
  if (keyword === ';') return { kind: 'empty' };
  if (keyword === 'INSERT') return analyseInsert(text, first.value, tokens);
  const rest = [first.value, ...tokens];
  if (keyword === 'WITH' && rest.some((token) => token.depth === 0 && token.upper === 'INSERT')) {
    const at = rest.findIndex((token) => token.depth === 0 && token.upper === 'INSERT');
    return analyseInsert(text, rest[at] as Token, rest.slice(at + 1).values());
  }
  const semicolon = rest.findIndex((token) => token.depth === 0 && token.upper === ';');
  if (semicolon >= 0 && rest.slice(semicolon).some((token) => token.upper !== ';')) return { kind: 'multiple' };
  const own = semicolon >= 0 ? rest.slice(0, semicolon) : rest;
  if (own.length === 0) return { kind: 'empty' };
  const end = semicolon >= 0 ? (rest[semicolon] as Token).start : text.length;
  if (!WITH_RESULT.has(keyword)) return { kind: 'other', keyword, end };
  return { kind: 'result', keyword, output: analyseOutput(text, own, end) };
}

function analyseOutput(text: string, tokens: Token[], end: number): OutputShape {
  const top = tokens.filter((token) => token.depth === 0);
  const intoOutfile = top.some((token, i) => token.upper === 'INTO' && top[i + 1]?.upper === 'OUTFILE');
  for (let i = top.length - 2; i > 0; i--) {
    const after = top[i + 2];
    if (top[i]?.upper !== 'FORMAT' || top[i + 1]?.kind !== 'word') continue;
    if (after !== undefined && after.upper !== 'SETTINGS') continue;
    const trailingSettings = after === undefined ? '' : text.slice(after.start, end);
    return { bodyEnd: (top[i] as Token).start, format: (top[i + 1] as Token).text, trailingSettings, intoOutfile };
  }
  return { bodyEnd: end, format: null, trailingSettings: '', intoOutfile };
}

function analyseInsert(text: string, insert: Token, tokens: Iterator<Token> & Iterable<Token>): Statement {
  const shape: InsertShape = {
    dataAt: null,
    format: null,
    infileAt: null,
    hasSelect: false,
    fromInfile: false,
    end: text.length,
  };
  let previous = insert;
  let settingsAt: number | null = null;
  let targetSeen = false;
  let token: Token | undefined;
  const step = (): boolean => {
    if (token !== undefined) previous = token;
    const next = tokens.next();
    token = next.done ? undefined : next.value;
    return token !== undefined;
  };
  while (step() && token !== undefined) {
    if (token.depth > 0) continue;
    const word = token.upper;
    if (word === ';') {
      shape.end = token.start;
      while (step()) if (token?.upper !== ';') return { kind: 'multiple' };
      break;
    }
    // The name after INTO [TABLE] may be any word, also VALUES or FORMAT.
    const isTarget = !targetSeen && word !== 'INTO' && word !== 'TABLE' && word !== 'FUNCTION';
    if (isTarget) {
      targetSeen = true;
      continue;
    }
    if (word === 'SELECT' || word === 'WITH' || word === 'WATCH') shape.hasSelect = true;
    else if (word === 'SETTINGS' && settingsAt === null) settingsAt = token.start;
    else if (word === 'INFILE' && previous.upper === 'FROM') shape.fromInfile = true;
    else if (word === 'VALUES' && !shape.hasSelect) {
      shape.dataAt = token.end;
      break;
    } else if (word === 'FORMAT') {
      const start = token.start;
      if (!step() || token?.kind !== 'word') continue;
      shape.format = { start, end: token.end, name: token.text };
      shape.dataAt = startOfData(text, token.end);
      if (!shape.hasSelect && !shape.fromInfile) shape.infileAt = settingsAt ?? start;
      break;
    }
  }
  return { kind: 'insert', keyword: 'INSERT', insert: shape };
}

/** As the server does it: blanks, then at most one line end, belong to the statement; what follows is data. */
function startOfData(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\f') at++;
  if (text[at] === ';' && /^;\s*$/.test(text.slice(at, at + 16))) return text.length;
  if (text[at] === '\r') at++;
  if (text[at] === '\n') at++;
  return at;
}
