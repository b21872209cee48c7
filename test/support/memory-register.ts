import type { EnquiryRegister } from '../../connectors/bureaus/enquiry-register.ts';
import type { ReportReceived } from '../../connectors/bureaus/credit-report.ts';

/** A register of enquiries of one process, without reuse: for tests and benches of the effect runtime, whose persons have no keys. */
export function memoryRegister(): EnquiryRegister {
  const answers = new Map<string, ReportReceived>();
  const calls = new Map<string, number>();
  return {
    begin: async ({ reportRequestId }) => {
      const answer = answers.get(reportRequestId);
      if (answer !== undefined) return { step: 'answered', answer };
      calls.set(reportRequestId, (calls.get(reportRequestId) ?? 0) + 1);
      return { step: 'call', calls: calls.get(reportRequestId)! };
    },
    finish: async (answer) => {
      answers.set(answer.reportRequestId, answers.get(answer.reportRequestId) ?? answer);
      return answers.get(answer.reportRequestId)!;
    },
    release: async () => undefined,
  };
}
