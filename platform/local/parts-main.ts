import { parseArgs } from 'node:util';
import { messageOf } from '../kernel/errors.ts';
import type { PartName } from '../edge/process/part.ts';
import { runParts, type PartsOptions } from './parts.ts';

const USAGE =
  'usage: hub parts [--home DIR] [--only kafka,postgres,clickhouse] [--json]\nRuns the embedded engines alone, in the foreground (default: all three, under HUB_HOME or .data).';

/** The options of the command line, or its exit code when there is nothing to run: 0 after --help, 2 after wrong usage. */
function readOptions(args: string[]): PartsOptions | number {
  try {
    const { values } = parseArgs({
      args,
      options: {
        home: { type: 'string' },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    return {
      home: values.home ?? (process.env['HUB_HOME'] || '.data'),
      parts: values.only?.split(',').map(partName),
      onReady: (urls) =>
        console.log(values.json ? JSON.stringify({ ready: true, ...urls }) : `ready: ${JSON.stringify(urls, null, 2)}`),
    };
  } catch (error) {
    console.error(`${messageOf(error)}\n${USAGE}`);
    return 2;
  }
}

function partName(text: string): PartName {
  if (text !== 'kafka' && text !== 'postgres' && text !== 'clickhouse') throw new Error(`${text} is not a part`);
  return text;
}

const args = process.argv.slice(2);
const options = readOptions(args[0] === 'parts' ? args.slice(1) : args);
process.exitCode = typeof options === 'number' ? options : await runParts(options);
