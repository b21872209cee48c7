import type { Sandbox } from '../../../platform/module.ts';
import { startScoringSandbox } from './scoring-server.ts';

/** The scoring bureau for `hub up` without BUREAU_URL: as quick as a bureau over a leased line, with a hiccup now and then. */
export const scoringSandbox: Sandbox = {
  name: 'bureaus.scoring',
  start: async ({ seed, port }) => {
    const sandbox = await startScoringSandbox({ seed, port, behaviour: { latency: { medianMs: 12, p99Ms: 60 }, errorRate: 0.002 } });
    return { url: sandbox.url, env: { BUREAU_URL: sandbox.url, BUREAU_APP_ID: sandbox.appId, BUREAU_SECRET: sandbox.secret }, stop: () => sandbox.stop() };
  },
};
