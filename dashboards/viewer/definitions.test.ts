import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { definitionsFolder, loadDefinitions, slugOf } from './definitions.ts';
import { referenceFindings, schemaFindings } from './validate.ts';

const folders: string[] = [];

/** A copy of the definitions in which `from` is `to` in one file. */
function spoiled(file: string, from: string, to: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'definitions-'));
  folders.push(folder);
  cpSync(definitionsFolder(), folder, { recursive: true });
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  expect(before).toContain(from);
  writeFileSync(path, before.replace(from, to));
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const DASHBOARD = 'collections/main/autofin_hub/application_approval.yaml';
const CARD = 'collections/main/autofin_hub/application_approval/received.yaml';

describe('dashboard definitions', () => {
  it('are valid to Metabase and whole in themselves', () => {
    const { files, findings } = schemaFindings();
    expect(findings).toEqual([]);
    const { cards, dashboards } = loadDefinitions();
    // And the collection they lie in.
    expect(files).toBe(cards.size + dashboards.length + 1);
    expect(referenceFindings()).toEqual([]);
    expect(dashboards.map(slugOf)).toEqual(expect.arrayContaining(['application_approval', 'scorecard_monitoring']));
  });

  it('Metabase’s schema finds a display it does not know', () => {
    expect(schemaFindings(spoiled(CARD, 'display: scalar', 'display: hologram')).findings.length).toBeGreaterThan(0);
  });

  it.each([
    ['an undeclared tag', CARD, '{{region}}', '{{planet}}', /planet.*not among template-tags/],
    ['a missing translation', CARD, 'name: 进件数', 'name: 进件数量', /no English for 进件数量/],
    [
      'SETTINGS in a query',
      CARD,
      'FROM mart_application',
      'FROM mart_application SETTINGS readonly = 0',
      /may not carry SETTINGS/,
    ],
    ['overlapping cards', DASHBOARD, 'col: 4', 'col: 3', /overlaps/],
  ])('references: %s', (_, file, from, to, message) => {
    const messages = referenceFindings(loadDefinitions(spoiled(file, from, to))).map((finding) => finding.message);
    expect(messages).toEqual(expect.arrayContaining([expect.stringMatching(message)]));
  });
});
