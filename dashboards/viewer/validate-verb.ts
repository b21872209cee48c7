import type { Verb } from '../../platform/edge/cli/verb.ts';
import { businessDateOf } from '../../platform/kernel/clock.ts';
import { loadDefinitions } from './definitions.ts';
import { queryFindings, referenceFindings, schemaFindings } from './validate.ts';

/** `hub dashboards validate`: Metabase's schema, references and translations, and each query against the warehouse when it is up. */
export const validateVerb: Verb = {
  path: 'dashboards validate',
  summary: 'check the dashboards: Metabase’s schema, references, translations, and every query against the warehouse',
  declare: (command) => command.option('--offline', 'do not ask the warehouse'),
  run: async (input) => {
    const schema = schemaFindings();
    const definitions = loadDefinitions();
    const findings = [...schema.findings, ...referenceFindings(definitions)];
    let warehouse: 'not asked' | 'down' | 'asked' = 'not asked';
    if (input.options['offline'] !== true) {
      input.progress('asking the warehouse to plan every query');
      const context = await input.context().catch(() => undefined);
      const reachable = context !== undefined && (await context.clickhouse.ping()).success;
      warehouse = reachable ? 'asked' : 'down';
      if (reachable) findings.push(...(await queryFindings(context, businessDateOf(context.clock()), definitions)));
    }
    const ok = findings.length === 0;
    const summary = `${schema.files} files, ${definitions.dashboards.length} dashboards, ${definitions.cards.size} cards; queries: ${warehouse === 'asked' ? 'planned by the warehouse' : `not checked (warehouse ${warehouse})`}`;
    const lines = findings.map((finding) => `${finding.file} ${finding.path}: ${finding.message}`);
    return {
      ok,
      json: {
        ok,
        files: schema.files,
        dashboards: definitions.dashboards.length,
        cards: definitions.cards.size,
        warehouse,
        findings,
      },
      text: [...lines, `${ok ? 'valid' : `${findings.length} findings`}: ${summary}`].join('\n'),
    };
  },
};
