import { parseArgs } from 'node:util';
import { messageOf } from '../kernel/errors.ts';
import type { ServerName } from '../edge/process/supervisor/embedded-server.ts';
import { runServers, type ServersOptions } from './run-servers.ts';

const USAGE =
  'usage: hub servers [--home DIR] [--only kafka,postgres,clickhouse] [--json]\nRuns the embedded servers alone, in the foreground (default: all three, under HUB_HOME or .data).';

/** The options of the command line, or its exit code when there is nothing to run: 0 after --help, 2 after wrong usage. */
function readOptions(args: string[]): ServersOptions | number {
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
      servers: values.only?.split(',').map(serverName),
      onReady: (urls) =>
        console.log(values.json ? JSON.stringify({ ready: true, ...urls }) : `ready: ${JSON.stringify(urls, null, 2)}`),
    };
  } catch (error) {
    console.error(`${messageOf(error)}\n${USAGE}`);
    return 2;
  }
}

function serverName(text: string): ServerName {
  if (text !== 'kafka' && text !== 'postgres' && text !== 'clickhouse') throw new Error(`${text} is not a server`);
  return text;
}

const args = process.argv.slice(2);
const options = readOptions(args[0] === 'servers' ? args.slice(1) : args);
process.exitCode = typeof options === 'number' ? options : await runServers(options);
