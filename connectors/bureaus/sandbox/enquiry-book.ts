import { createHash } from 'node:crypto';

/** One enquiry as the bureau remembers it. No personal data: of the content only a digest. */
interface Enquiry {
  digest: string;
  /** The body it is answered with, each time. */
  answer: string;
  calls: number;
  /** Answers of status 200 sent off whole. */
  answered: number;
}

export interface SandboxStats {
  calls: number;
  /** Distinct enquiries carried out, each charged once. */
  charged: number;
  /** Calls that repeated an enquiry already carried out. */
  repeated: number;
  refusedSignIns: number;
  faults: Record<string, number>;
}

/** What the bureau has been asked: makes it idempotent by request id, and tests able to tell what happened. */
export class EnquiryBook {
  readonly stats: SandboxStats = { calls: 0, charged: 0, repeated: 0, refusedSignIns: 0, faults: {} };
  private readonly enquiries = new Map<string, Enquiry>();
  private readonly capacity: number;

  constructor(capacity = 500_000) {
    this.capacity = capacity;
  }

  /** Carries the enquiry out, or finds it done. `conflict`: the request id was used for something else. */
  enquire(requestId: string, content: string, answer: () => string): { answer: string } | 'conflict' {
    const digest = createHash('sha256').update(content).digest('base64');
    let enquiry = this.enquiries.get(requestId);
    if (enquiry === undefined) {
      enquiry = { digest, answer: answer(), calls: 0, answered: 0 };
      this.enquiries.set(requestId, enquiry);
      this.stats.charged += 1;
      if (this.enquiries.size > this.capacity) this.enquiries.delete(this.enquiries.keys().next().value as string);
    } else if (enquiry.digest !== digest) return 'conflict';
    else this.stats.repeated += 1;
    enquiry.calls += 1;
    return enquiry;
  }

  answered(requestId: string): void {
    const enquiry = this.enquiries.get(requestId);
    if (enquiry !== undefined) enquiry.answered += 1;
  }

  /** Calls and whole answers by request id. */
  list(): Record<string, { calls: number; answered: number }> {
    return Object.fromEntries(
      [...this.enquiries].map(([requestId, { calls, answered }]) => [requestId, { calls, answered }]),
    );
  }
}
