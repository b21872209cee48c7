import { parseArgs } from 'node:util';
import { describeChaos, runChaos } from './chaos.ts';

// npm run chaos -- [--seed N] [--kills N] [--rate N]
const { values } = parseArgs({ options: { seed: { type: 'string' }, kills: { type: 'string', default: '40' }, rate: { type: 'string', default: '25' } } });
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
process.stderr.write(`Chaos with seed ${seed} (again by --seed ${seed})\n`);
const started = performance.now();
const result = await runChaos({
  seed,
  kills: Number(values.kills),
  rate: Number(values.rate),
  gap: { leastMs: 200, mostMs: 5_000 },
  settleWithinMs: 120_000,
  log: (line) => process.stderr.write(`${((performance.now() - started) / 1_000).toFixed(1).padStart(6)} s  ${line}\n`),
});
process.stdout.write(`${describeChaos(result)}\nseed ${seed}\n`);
process.exit(result.flaws.length === 0 ? 0 : 1);
