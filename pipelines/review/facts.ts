import type { applicantMatched, applicationReceived, creditReportReceived, DataOf } from '../../models/events/index.ts';
import type { ApplicationFacts, MatchFacts, ReportFacts, ReviewCase } from '../../models/state/review-case.ts';

/** What the rules need of an application; the rest of it stays on its topic. */
export function applicationFacts(data: DataOf<typeof applicationReceived>): ApplicationFacts {
  const { applicant, vehicle, request } = data;
  let addOnPriceFen = 0;
  let addOnFinancedFen = 0;
  for (const addOn of request.addOns) {
    addOnPriceFen += addOn.priceFen;
    addOnFinancedFen += addOn.financedFen;
  }
  return {
    personId: data.personId,
    partnerId: data.partnerId,
    product: data.product,
    receivedAt: data.receivedAt,
    birthDate: applicant.birthDate,
    region: applicant.address.region,
    monthlyIncomeFen: applicant.monthlyIncomeFen,
    monthlyDebtFen: applicant.monthlyDebtFen,
    consents: applicant.consents.map(({ purpose }) => purpose),
    kind: vehicle.kind,
    use: vehicle.use,
    energy: vehicle.energy,
    priceFen: vehicle.priceFen,
    listPriceFen: vehicle.listPriceFen,
    valuationFen: vehicle.valuationFen,
    firstRegistered: vehicle.firstRegistered,
    amountFen: request.amountFen,
    termMonths: request.termMonths,
    method: request.method,
    addOnPriceFen,
    addOnFinancedFen,
  };
}

/** What an enquiry needs of an application: who it is about, and the consent of that purpose, the latest given. */
export function enquiryOf(data: DataOf<typeof applicationReceived>, purpose: string): ReviewCase['enquiry'] {
  const { name, idNo, mobile, consents } = data.applicant;
  let consent: (typeof consents)[number] | null = null;
  for (const given of consents) if (given.purpose === purpose && (consent === null || Date.parse(given.at) > Date.parse(consent.at))) consent = given;
  return { subject: { name, idNo, mobile }, consent };
}

/** What the rules need of matching. */
export function matchFacts(data: DataOf<typeof applicantMatched>): MatchFacts {
  return { duplicateOf: data.duplicateOf, priorApplications: data.priorApplications.length, blacklist: data.blacklist?.list ?? null };
}

/** What the rules need of a bureau's answer. */
export function reportFacts(data: DataOf<typeof creditReportReceived>): ReportFacts {
  return {
    outcome: data.outcome,
    rejectionCode: data.rejection?.code ?? null,
    score: data.score,
    currentDaysPastDue: data.overdue?.currentDaysPastDue ?? null,
    maxDaysPastDue24Months: data.overdue?.maxDaysPastDue24Months ?? null,
    timesOverdue24Months: data.overdue?.timesOverdue24Months ?? null,
    monthlyPaymentFen: data.debt?.monthlyPaymentFen ?? null,
    enquiries3Months: data.enquiries3Months,
  };
}
