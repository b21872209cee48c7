import { parseArgs } from 'node:util';
import { describeChaos, runChaos } from './chaos.ts';
import { VICTIMS } from './kill-plan.ts';

// npm run chaos -- [--seed N] [--kills N] [--rate N, applications a second] [--least MS] [--most MS, between two kills] [--victims kafka,web]
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '40' },
    rate: { type: 'string', default: '25' },
    least: { type: 'string', default: '200' },
    most: { type: 'string', default: '4000' },
    victims: { type: 'string', default: VICTIMS.join(',') },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
process.stderr.write(`Chaos with seed ${seed} (again by --seed ${seed})\n`);
const started = performance.now();
const result = await runChaos({
  seed,
  kills: Number(values.kills),
  rate: Number(values.rate),
  gap: { leastMs: Number(values.least), mostMs: Number(values.most) },
  victims: VICTIMS.filter((victim) => values.victims.split(',').includes(victim)),
  settleWithinMs: 120_000,
  log: (line) => process.stderr.write(`${((performance.now() - started) / 1_000).toFixed(1).padStart(6)} s  ${line}\n`),
});
process.stdout.write(`${describeChaos(result)}\nseed ${seed}\n`);
process.exit(result.flaws.length === 0 ? 0 : 1);
