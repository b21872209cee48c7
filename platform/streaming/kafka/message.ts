import type { Message } from 'node-rdkafka';

/** A record as the consumer hands it over: bytes, headers, and where it lay. */
export type { Message };

/** Headers in the form node-rdkafka takes and gives: one object per header, because a name may repeat. */
export type RecordHeaders = { [name: string]: string | Buffer }[];

/** A record ready to be produced. */
export interface OutgoingRecord {
  topic: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: RecordHeaders;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

export interface TopicPartitionOffset extends TopicPartition {
  offset: number;
}

/** Name of a partition, as maps and logs use it. */
export function partitionName(at: TopicPartition): string {
  return `${at.topic}/${at.partition}`;
}

/** The first header of that name as text, undefined when there is none. */
export function headerText(headers: RecordHeaders | undefined, name: string): string | undefined {
  if (headers === undefined) return undefined;
  for (const header of headers) {
    const value = header[name];
    if (value !== undefined) return typeof value === 'string' ? value : value.toString('utf8');
  }
  return undefined;
}
