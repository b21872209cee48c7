/** A token of a statement: `upper` is its text in capitals, `depth` how many brackets it stands in (an opening one counts from inside). */
export interface Token {
  kind: 'word' | 'string' | 'quoted' | 'symbol';
  text: string;
  upper: string;
  start: number;
  end: number;
  depth: number;
}

const WORD = /[A-Za-z0-9_\u0080-\uffff]/;
const SPACE = /\s/;

/**
 * Walks over the tokens of a statement, without blanks and comments, lazily: data behind an INSERT is not looked at.
 * Knows ClickHouse's quotes ('…' with \ and '' escapes, "…", `…`), comments (--, #, slash-star) and $tag$ heredocs.
 */
export function* significantTokens(text: string): Generator<Token, void, undefined> {
  let depth = 0;
  let at = 0;
  const token = (kind: Token['kind'], end: number, tokenDepth = depth): Token => {
    const own = text.slice(at, end);
    return {
      kind,
      text: own,
      upper: kind === 'word' || kind === 'symbol' ? own.toUpperCase() : own,
      start: at,
      end,
      depth: tokenDepth,
    };
  };
  while (at < text.length) {
    const char = text[at] as string;
    if (SPACE.test(char)) {
      at++;
      continue;
    }
    const afterComment = endOfComment(text, at);
    if (afterComment !== null) {
      at = afterComment;
      continue;
    }
    let made: Token;
    if (char === "'" || char === '"' || char === '`')
      made = token(char === "'" ? 'string' : 'quoted', endOfQuoted(text, at, char));
    else if (char === '$' && endOfHeredoc(text, at) !== null) made = token('string', endOfHeredoc(text, at) as number);
    else if (WORD.test(char)) {
      let end = at + 1;
      while (end < text.length && WORD.test(text[end] as string)) end++;
      made = token('word', end);
    } else {
      if ('([{'.includes(char)) made = token('symbol', at + 1, depth++);
      else if (')]}'.includes(char)) {
        depth = Math.max(0, depth - 1);
        made = token('symbol', at + 1, depth + 1);
      } else made = token('symbol', at + 1);
    }
    at = made.end;
    yield made;
  }
}

function endOfComment(text: string, at: number): number | null {
  const lineEnd = (): number => {
    const end = text.indexOf('\n', at);
    return end < 0 ? text.length : end;
  };
  if (text.startsWith('--', at) || text.startsWith('#!', at) || text.startsWith('# ', at)) return lineEnd();
  if (text.startsWith('/*', at)) {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? text.length : end + 2;
  }
  return null;
}

function endOfQuoted(text: string, start: number, quote: string): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return i + 1;
      i++;
    }
  }
  return text.length;
}

function endOfHeredoc(text: string, start: number): number | null {
  const tag = /^\$\w*\$/.exec(text.slice(start, start + 64))?.[0];
  if (tag === undefined) return null;
  const end = text.indexOf(tag, start + tag.length);
  return end < 0 ? null : end + tag.length;
}
