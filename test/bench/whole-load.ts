import { personReport } from '../../connectors/bureaus/sandbox/person-report.ts';
import { generateApplications } from '../generators/index.ts';
import { sendApplications } from '../support/load-client.ts';

/** Orders of the load generator of the whole-hub bench, a process of its own. Its requests are made before it says it is ready. */
export interface WholeLoadOrders {
  url: string;
  secrets: [partnerId: string, secret: string][];
  seed: number;
  count: number;
  concurrency: number;
  /** Requests a second; as many as go by default. */
  rate?: number;
  /** Of the bureaus' sandboxes: applications suit what they will say. */
  partySeed: number;
}

export interface WholeLoadReport {
  sent: number;
  accepted: number;
  seconds: number;
  surprises: string[];
}

const { seed, count, url, secrets, concurrency, rate, partySeed } = JSON.parse(
  process.argv[2] ?? '',
) as WholeLoadOrders;
const requests = [
  ...generateApplications({
    seed,
    count,
    shares: { flawed: 0, duplicate: 0, repeated: 0, conflict: 0 },
    scoreOf: (idNo) => personReport(partySeed, idNo)?.score,
  }),
];
// `on`, not `once`: the open channel keeps the process alive until it is ended, so that its processor time can still be read.
process.on('message', () => {
  void sendApplications(requests, { url, secrets: new Map(secrets), concurrency, rate }).then((result) => {
    const report: WholeLoadReport = {
      sent: result.sent,
      accepted: result.accepted.size,
      seconds: result.seconds,
      surprises: result.surprises,
    };
    process.send?.(report);
  });
});
process.send?.('ready');
