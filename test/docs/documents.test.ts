import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { projectPath } from '../../platform/kernel/project.ts';
import { applyChange } from './apply-change.ts';
import { anchorsOf, blocksOf, documents, inlineCode, readDocument } from './documents.ts';
import { sourceText, verbPaths } from './sources.ts';

const scripts = Object.keys(
  (JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { scripts: Record<string, string> }).scripts,
);
const ROOMS =
  'bin|connectors|console|dashboards|docs|lending|models|pipelines|platform|test|tools|hub\\.ts|compose\\.yaml';
const PATH = new RegExp(`^(${ROOMS})(/[\\w.@-]+)*/?$`);

describe.each(documents())('$path', (document) => {
  it('links to files and headings that exist', () => {
    const broken = [...document.text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [file = '', anchor] = target.split('#');
        const path = file === '' ? document.path : normalize(join(dirname(document.path), file));
        if (!existsSync(projectPath(path))) return true;
        return anchor !== undefined && !anchorsOf(readDocument(path)).has(decodeURIComponent(anchor));
      });
    expect(broken).toEqual([]);
  });

  it('names files and folders that exist', () => {
    const made = new Set(blocksOf(document).map(({ info }) => info));
    const missing = inlineCode(document)
      .filter((code) => PATH.test(code) && code.includes('/') && !made.has(code))
      .filter((path) => !existsSync(projectPath(path)));
    expect(missing).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const named = [...document.text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !scripts.includes(script))).toEqual([]);
  });
});

describe('the command line', () => {
  const verbs = verbPaths();

  it.each(documents())('$path names verbs that exist', (document) => {
    const commands = [...document.text.matchAll(/(?:npx hub|`hub) ([a-z][a-z -]*)/g)].map(([, words = '']) =>
      words.trim(),
    );
    const isVerb = (words: string): boolean =>
      verbs.some((verb) => `${words} `.startsWith(`${verb} `) || verb.startsWith(`${words} `));
    expect(commands.filter((words) => !isVerb(words))).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  const walk = readDocument('docs/architecture.md').text.split('\n## 11. ')[1]!.split('\n');
  const files = walk.flatMap((line) => /^\| [\w-]+ \| `([^`]+)` \|/.exec(line)?.[1] ?? []);

  it('walks an application through at most 60 files, each named once', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(files.length).toBeLessThanOrEqual(60);
    expect(new Set(files).size).toBe(files.length);
    expect(files.filter((file) => !existsSync(projectPath(file)))).toEqual([]);
  });

  it('names every room of the repository with what it may import', () => {
    const rooms = readDocument('docs/architecture.md').text.split('\n## 2. ')[1]!.split('\n## 3. ')[0]!;
    const folders = readdirSync(projectPath(), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && /^[a-z]+$/.test(entry.name))
      .map(({ name }) => name)
      .filter((name) => !['bin', 'dist', 'docs', 'coverage'].includes(name));
    expect(folders.filter((room) => !rooms.includes(`| \`${room}/\` |`) && room !== 'node_modules')).toEqual([]);
  });
});

describe('docs/tutorial.md', () => {
  const changes = blocksOf(readDocument('docs/tutorial.md')).filter(({ language }) => language === 'diff');

  it.each(changes)('changes $info as it is today', ({ info, text }) => {
    expect(() => applyChange(readFileSync(projectPath(info), 'utf8'), text)).not.toThrow();
  });
});

describe('docs/operations.md', () => {
  const { text } = readDocument('docs/operations.md');

  it('describes every metric of the hub, and no other', () => {
    const inCode = new Set(
      [...sourceText().matchAll(/name: '(hub_[a-z_]+)',\s+help:|make\(\s*'(hub_[a-z_]+)'/g)].map(
        ([, named, made]) => named ?? made!,
      ),
    );
    const described = new Set([...text.matchAll(/^\| `(hub_[a-z_]+)`/gm)].map(([, name = '']) => name));
    expect([...inCode].filter((name) => !described.has(name))).toEqual([]);
    expect([...described].filter((name) => !inCode.has(name))).toEqual([]);
  });

  it('quotes what readiness says as the code does', () => {
    const code = sourceText();
    const rows = text.split('## What readiness says')[1]!.split('\n## ')[0]!.split('\n');
    const quoted = rows.flatMap((row) => /^\| (.+?) \|/.exec(row)?.[1]?.match(/`[^`]+`/g) ?? []);
    const constant = quoted
      .flatMap((quote) => quote.slice(1, -1).split(/…|[A-Z]+(?![A-Z_a-z])/))
      .map((part) => part.trim());
    expect(constant.length).toBeGreaterThan(10);
    expect(constant.filter((part) => part.length > 5 && !code.includes(part.replace(/:$/, '')))).toEqual([]);
  });

  it('says what to do when a pipeline, a relay or the sink stops', () => {
    const code = sourceText();
    const stops = [...code.matchAll(/code: ('[A-Z_]+'(?: \| '[A-Z_]+')+),\n\s*message: string/g)]
      .flatMap(([, codes = '']) => codes.match(/[A-Z_]{4,}/g) ?? [])
      .concat([...code.matchAll(/'(RELAY_[A-Z_]+)'/g)].map(([, name = '']) => name));
    expect(stops.length).toBeGreaterThan(4);
    expect(stops.filter((name) => !text.includes(name))).toEqual([]);
  });
});

describe('the code', () => {
  it('refers to sections of the documents that exist', () => {
    const references = [...sourceText().matchAll(/\b((?:docs\/)?\w+\.md) §(\d+)/g)].map(
      ([, file = '', section = '']) => ({ file, section }),
    );
    const texts = new Map(
      ['architecture', 'domain'].map((name) => [`docs/${name}.md`, readDocument(`docs/${name}.md`).text]),
    );
    expect(references.length).toBeGreaterThan(30);
    expect(references.filter(({ file, section }) => texts.get(file)?.includes(`\n## ${section}. `) !== true)).toEqual(
      [],
    );
  });
});

describe('the glossary', () => {
  const rows = readDocument('docs/glossary.md')
    .text.split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| 中文'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('gives every term in both languages', () => {
    expect(rows.length).toBeGreaterThan(60);
    expect(rows.filter((cells) => cells.length !== 5 || cells.slice(1, 4).includes(''))).toEqual([]);
  });

  it('gives names that occur in the code', () => {
    const code = sourceText();
    const names = rows.flatMap((cells) => [...cells[3]!.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
    const isWord = (name: string): boolean => new RegExp(`(?<![A-Za-z0-9])${name}(?![A-Za-z0-9])`).test(code);
    expect(names.filter((name) => !isWord(name))).toEqual([]);
  });
});

describe('the decisions', () => {
  const decisions = documents().filter(({ path }) => /^docs\/decisions\/\d{4}-/.test(path));

  it.each(decisions)('$path has context, decision, consequences and alternatives', ({ text }) => {
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'Context',
      'Decision',
      'Consequences',
      'Alternatives',
    ]);
  });

  it('are all in their list', () => {
    const list = readDocument('docs/decisions/README.md').text;
    expect(decisions.filter(({ path }) => !list.includes(path.slice('docs/decisions/'.length)))).toEqual([]);
  });
});

describe('JSON and diagrams in the documents', () => {
  const blocks = documents().flatMap((document) =>
    blocksOf(document).map((block) => ({ ...block, path: document.path })),
  );

  it('are well-formed JSON', () => {
    for (const { language, text } of blocks) if (language === 'json') expect(() => JSON.parse(text)).not.toThrow();
  });
});
