import { readdirSync, readFileSync } from 'node:fs';
import { projectPath } from '../../platform/kernel/project.ts';

/** A document of the repository: its path from the root and its text. */
export interface Document {
  path: string;
  text: string;
}

/** The README in both languages and everything in docs/. */
export function documents(): Document[] {
  const inDocs = readdirSync(projectPath('docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`)
    .sort();
  return ['README.md', 'README.zh-CN.md', ...inDocs].map(readDocument);
}

/** One document by its path from the root. Throws when there is none. */
export function readDocument(path: string): Document {
  return { path, text: readFileSync(projectPath(path), 'utf8') };
}

/** A fenced block: its language, the rest of the line that opens it, and its text, which ends with a line feed. */
export interface Block {
  language: string;
  info: string;
  text: string;
}

/** The fenced blocks of a document, in order. */
export function blocksOf({ text }: Document): Block[] {
  return [...text.matchAll(/^```(\w*)[ \t]*(.*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', info = '', block = '']) => ({ language, info, text: block }),
  );
}

/** What stands in backticks outside of fenced blocks. */
export function inlineCode({ text }: Document): string[] {
  return [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The anchors a document offers, as GitHub makes them of its headings. */
export function anchorsOf({ text }: Document): Set<string> {
  const headings = text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
