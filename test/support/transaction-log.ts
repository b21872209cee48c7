import { BatchConsumer, partitionCounts, type KafkaDeps } from '../../platform/streaming/kafka/index.ts';
import { uniqueName } from './stack.ts';

const TOPIC = '__transaction_state';
/** States of a transaction in the values of the log (org.apache.kafka.coordinator.transaction.TransactionState). */
const PREPARE_COMMIT = 2;
const PREPARE_ABORT = 3;

export interface TransactionTally {
  committed: number;
  aborted: number;
  /** Partitions that took part (each gets a marker), over all committed transactions. */
  partitions: number;
}

/** Next offset of every partition of the broker's transaction log: where a measurement begins or ends. */
export async function transactionLogEnd(kafka: KafkaDeps): Promise<Map<number, number>> {
  return withLogReader(kafka, async (reader, partitions) => {
    const ends = await Promise.all(
      partitions.map(async (partition) => {
        const { high } = await reader.queryWatermarks({ topic: TOPIC, partition });
        return [partition, high] as const;
      }),
    );
    return new Map(ends);
  });
}

/** Transactions that ended between two ends of the log, by transactional id. Costs the hub nothing while it is measured. */
export async function readTransactions(
  kafka: KafkaDeps,
  from: ReadonlyMap<number, number>,
  to: ReadonlyMap<number, number>,
): Promise<Map<string, TransactionTally>> {
  return withLogReader(kafka, async (reader) => {
    const tallies = new Map<string, TransactionTally>();
    const open = new Map([...to].filter(([partition, end]) => end > (from.get(partition) ?? 0)));
    const deadline = performance.now() + 30_000;
    while (open.size > 0 && performance.now() < deadline) {
      const { messages } = await reader.consumeBatch(5_000, 100);
      for (const { partition, offset, key, value } of messages) {
        const end = to.get(partition) ?? 0;
        if (offset + 1 >= end) open.delete(partition);
        if (offset < (from.get(partition) ?? 0) || offset >= end || !key || !value) continue;
        count(tallies, Buffer.from(key as Buffer), Buffer.from(value));
      }
    }
    return tallies;
  });
}

/** Key: version int16, transactional id. Value: version int16, producer id int64, epoch int16, timeout int32, status int8, partitions. */
function count(tallies: Map<string, TransactionTally>, key: Buffer, value: Buffer): void {
  const status = value.readInt8(16);
  if (status !== PREPARE_COMMIT && status !== PREPARE_ABORT) return;
  const id = key.toString('utf8', 4, 4 + key.readInt16BE(2));
  const tally = tallies.get(id) ?? { committed: 0, aborted: 0, partitions: 0 };
  if (status === PREPARE_ABORT) tally.aborted += 1;
  else {
    tally.committed += 1;
    tally.partitions += value.readInt16BE(0) === 0 ? partitionsOf(value, 17) : compactPartitionsOf(value, 17);
  }
  tallies.set(id, tally);
}

function partitionsOf(value: Buffer, at: number): number {
  let partitions = 0;
  const topics = value.readInt32BE(at);
  let position = at + 4;
  for (let topic = 0; topic < topics; topic += 1) {
    position += 2 + value.readInt16BE(position);
    const ids = value.readInt32BE(position);
    partitions += ids;
    position += 4 + 4 * ids;
  }
  return partitions;
}

function compactPartitionsOf(value: Buffer, at: number): number {
  let position = at;
  const varint = (): number => {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = value.readUInt8(position++);
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
  };
  let partitions = 0;
  const topics = varint() - 1;
  for (let topic = 0; topic < topics; topic += 1) {
    const nameBytes = varint() - 1;
    position += nameBytes;
    const ids = varint() - 1;
    partitions += ids;
    position += 4 * ids;
    if (varint() !== 0) throw new Error('the transaction log has tagged fields in a partition list');
  }
  return partitions;
}

async function withLogReader<Result>(
  kafka: KafkaDeps,
  work: (reader: BatchConsumer, partitions: number[]) => Promise<Result>,
): Promise<Result> {
  const count = (await partitionCounts(kafka, [TOPIC])).get(TOPIC) ?? 0;
  const reader = new BatchConsumer(kafka, {
    clientId: 'transaction-log',
    groupId: uniqueName('transaction_log'),
    topics: [TOPIC],
  });
  await reader.connect();
  try {
    return await work(
      reader,
      Array.from({ length: count }, (_, partition) => partition),
    );
  } finally {
    await reader.close();
  }
}
