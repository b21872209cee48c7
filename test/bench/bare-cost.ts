import { bareRouteCost } from './intake-bench.ts';
import { measureBare } from './measure-bare.ts';
import { bareLoopCost } from './pipeline-bench.ts';
import { bareSinkCost } from './sink-bench.ts';

/** What the same work costs without guarantees, engines included, microseconds. */
export interface BareCost {
  /** An application through a bare route into a table. */
  application: number;
  /** An event through a bare loop: state and result. */
  decision: number;
  /** An event into a table of the warehouse. */
  row: number;
}

/** Runs the bare sides one after the other. The engines must be children of this process, which starts the sides as children, too. */
export async function bareCost(addresses: {
  kafkaBrokers: string;
  databaseUrl: string;
  clickhouseUrl: string;
  clickhouseDatabase: string;
}): Promise<BareCost> {
  return {
    application: await bareRouteCost(20_000, measureBare),
    decision: await bareLoopCost(addresses, 60_000, measureBare),
    row: await bareSinkCost(addresses, 100_000, measureBare),
  };
}
