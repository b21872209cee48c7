import { ProcessorSnapshot } from '../support/processor-time.ts';

/** Processor time of one bare side, microseconds a piece: of its own process and of the engines while it ran. */
export type MeasureBare = (pieces: number, side: () => Promise<{ cpuMicros: number }>) => Promise<number>;

/** The engines must be children of this process already; the side starts its own later and reports their time itself. */
export const measureBare: MeasureBare = async (pieces, side) => {
  const before = new ProcessorSnapshot();
  const engines = before.childrenOf(process.pid);
  const { cpuMicros } = await side();
  const after = new ProcessorSnapshot();
  const seconds = engines.reduce((sum, pid) => sum + after.secondsOf(pid) - before.secondsOf(pid), 0);
  return cpuMicros + (seconds * 1e6) / pieces;
};
