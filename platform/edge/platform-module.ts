import { deadLetterIndexer, replaySource } from '../streaming/dead-letters/index.ts';
import { warehouseSink } from '../streaming/warehouse-sink/index.ts';
import type { HubModule } from './hub-module.ts';
import { modelVerbs } from './warehouse-models/verbs.ts';

/** What serves all rooms: the warehouse sink, the index and the replay of dead letters, the verbs of the warehouse models. */
export const platformModule: HubModule = {
  name: 'platform',
  workers: [warehouseSink, deadLetterIndexer],
  relays: [replaySource()],
  verbs: modelVerbs,
};
