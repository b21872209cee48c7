import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectPath } from '../kernel/project.ts';
import { kafkaAnswers } from './kafka-probe.ts';
import { installKafka, jarFolder } from './maven/install-kafka.mjs';
import type { EmbeddedServer } from '../edge/process/supervisor/embedded-server.ts';
import { findJava, requireMaven } from './tools.ts';

const run = promisify(execFile);

const POM = projectPath('platform', 'local', 'maven', 'pom.xml');

/** The settings of the single KRaft node: durable enough for one machine, quick to start and to come back. */
export function serverProperties(options: { dataDir: string; port: number; controllerPort: number }): string {
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${options.controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${options.port},CONTROLLER://127.0.0.1:${options.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${options.port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': options.dataDir,
    // One node: nothing can be replicated.
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 8,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // Topics are made by the hub with the partitions and retention of their definition, never by a slip of the pen.
    'auto.create.topics.enable': false,
    // A dead worker's transaction is given up by its own transaction.timeout.ms; the broker looks for them this often.
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 2_000,
    'log.retention.hours': -1,
    'log.segment.bytes': 268_435_456,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'num.recovery.threads.per.data.dir': 2,
    'message.max.bytes': 8_388_608,
    'replica.fetch.max.bytes': 8_388_608,
    // After a kill the controller refuses the broker's new life until the session of the old one has run out.
    'broker.heartbeat.interval.ms': 300,
    'broker.session.timeout.ms': 3_000,
  };
  return `${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}

/** Apache Kafka 4 as one KRaft node on loopback, run from the jars of the pinned pom. */
export const kafka: EmbeddedServer = {
  name: 'kafka',
  setting: 'KAFKA_BROKERS',
  ports: ['kafka', 'kafka-controller'],
  async prepare({ home, ports, report, env }) {
    const port = ports['kafka'] as number;
    const java = await findJava(env);
    if (!existsSync(jarFolder(POM, env))) await requireMaven(env);
    const { classPath, archive } = await installKafka({ pom: POM, java, report, env });
    const base = join(home.data, 'kafka');
    const dataDir = join(base, 'log');
    mkdirSync(base, { recursive: true, mode: 0o700 });
    const config = join(base, 'server.properties');
    writeFileSync(config, serverProperties({ dataDir, port, controllerPort: ports['kafka-controller'] as number }));
    const logging = `-Dlog4j2.configurationFile=${projectPath('platform', 'local', 'kafka-log4j2.properties')}`;
    const classes = [...(archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`]), '-cp', classPath];
    if (!existsSync(join(dataDir, 'meta.properties'))) {
      report('formatting storage');
      await run(java, [
        '-XX:TieredStopAtLevel=1',
        '-XX:+UseG1GC',
        logging,
        ...classes,
        'kafka.tools.StorageTool',
        'format',
        '-t',
        clusterId(),
        '-c',
        config,
        '--ignore-formatted',
      ]);
    }
    const heap = env['HUB_KAFKA_HEAP_MB'] || '512';
    return {
      url: `127.0.0.1:${port}`,
      child: {
        name: 'kafka',
        command: java,
        args: [
          '-Xms128m',
          `-Xmx${heap}m`,
          '-XX:TieredStopAtLevel=1',
          '-XX:+UseG1GC',
          '-XX:MaxGCPauseMillis=20',
          '-XX:+ExplicitGCInvokesConcurrent',
          '-XX:+ExitOnOutOfMemoryError',
          '-Djava.awt.headless=true',
          logging,
          ...classes,
          'kafka.Kafka',
          config,
        ],
        marker: config,
        port,
        ready: () => kafkaAnswers('127.0.0.1', port),
      },
    };
  },
};

/** A random Kafka cluster id: 16 bytes as URL-safe base64; a leading dash would be read as an option by the tool. */
function clusterId(): string {
  const id = randomBytes(16).toString('base64url');
  return id.startsWith('-') ? clusterId() : id;
}
