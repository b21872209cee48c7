import type { Scorecard } from '../../models/scorecards/scorecard.ts';

/** A scorecard as its file: indented, an object that fits into a line on one line, so that a change of a bin is a change of a line. */
export function scorecardJson(scorecard: Scorecard): string {
  return `${text(scorecard, '')}\n`;
}

const WIDTH = 160;

function text(value: unknown, indent: string): string {
  const flat = JSON.stringify(value);
  if (value === null || typeof value !== 'object') return flat;
  const line = spaced(value);
  if (indent.length + line.length <= WIDTH && indent !== '') return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => inner + text(item, inner))
    : Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${text(item, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}

function spaced(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([name, item]) => `${JSON.stringify(name)}: ${spaced(item)}`)
    .join(', ')} }`;
}
