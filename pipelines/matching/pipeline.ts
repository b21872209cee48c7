import { applicantMatched, applicationReceived, loanPerformanceObserved } from '../../models/events/index.ts';
import { PersonHistory } from '../../models/state/person-history.ts';
import { pipeline } from '../../platform/streaming/pipeline-runtime/pipeline.ts';
import { decideMatching } from './decide.ts';

/** Matching: an application meets everything its applicant asked for and repaid before, and the lists. */
export const matchingPipeline = pipeline({
  name: 'matching',
  reads: [applicationReceived, loanPerformanceObserved],
  key: (event) => event.data.personId,
  state: PersonHistory,
  emits: [applicantMatched],
  policy: 'matching',
  decide: decideMatching,
});
