/**
 * Applies a change as the documents show it: hunks after `@@`, lines that begin with a blank stay, `-` go, `+` come. Line numbers do not
 * matter, the lines must be found once. Throws when a hunk is found nowhere or more than once.
 */
export function applyChange(text: string, change: string): string {
  return change
    .split(/^@@.*\n/m)
    .filter((hunk) => hunk !== '')
    .reduce(applyHunk, text);
}

function applyHunk(text: string, hunk: string): string {
  const lines = hunk.replace(/\n$/, '').split('\n');
  const side = (mark: '-' | '+'): string =>
    lines
      .filter((line) => line.startsWith(' ') || line.startsWith(mark))
      .map((line) => line.slice(1))
      .join('\n');
  const before = side('-');
  const found = text.split(before).length - 1;
  if (found !== 1) throw new Error(`the lines are found ${found} times:\n${before}`);
  return text.replace(before, () => side('+'));
}
