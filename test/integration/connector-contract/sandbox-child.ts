import { startScoringSandbox, type ScoringSandboxOptions } from '../../../connectors/bureaus/sandbox/scoring-server.ts';

/** The scoring sandbox in a process of its own, for measuring. */
const sandbox = await startScoringSandbox(JSON.parse(process.env.SANDBOX_CHILD!) as ScoringSandboxOptions);
process.send?.({ url: sandbox.url, appId: sandbox.appId, secret: sandbox.secret });
process.on('message', () => process.send?.(sandbox.stats()));
