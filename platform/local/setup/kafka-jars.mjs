import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installKafka, jarFolder } from '../maven/install-kafka.mjs';
import { root } from './root.mjs';
import { javaPath } from './tools.mjs';

const POM = join(root, 'platform', 'local', 'maven', 'pom.xml');

/** True when Kafka can start without anything being fetched or prepared, or when a real Kafka is used. */
export function kafkaReady() {
  if (process.env['KAFKA_BROKERS']) return true;
  const folder = jarFolder(POM);
  return existsSync(folder) && readdirSync(folder).some((name) => name.includes('.jsa'));
}

/** Fetches the jars of Kafka into the cache of this machine. */
export async function installKafkaJars(report) {
  await installKafka({ pom: POM, java: javaPath(), report: (message) => report(`Kafka: ${message}`) });
}
