import type { Lab } from '../support/pipeline-lab.ts';
import { bareSide, pipelineSide } from './pipeline-bench-sides.ts';

const [side, lab, events] = process.argv.slice(2);
const measure = side === 'bare' ? bareSide : pipelineSide;
const result = await measure(JSON.parse(lab ?? '') as Lab, Number(events));
process.send?.(result, () => process.exit(0));
