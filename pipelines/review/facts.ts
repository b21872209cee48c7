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

/** What enquiries need of an application: who they are about, and of each purpose the consent given last. */
export function enquiryOf(data: DataOf<typeof applicationReceived>): NonNullable<ReviewCase['enquiry']> {
  const { name, idNo, mobile, consents } = data.applicant;
  const latest = new Map<string, (typeof consents)[number]>();
  for (const given of consents) {
    const known = latest.get(given.purpose);
    if (known === undefined || Date.parse(given.at) > Date.parse(known.at)) latest.set(given.purpose, given);
  }
  return { subject: { name, idNo, mobile }, consents: [...latest.values()] };
}

/** What the rules need of matching. */
export function matchFacts(data: DataOf<typeof applicantMatched>): MatchFacts {
  return {
    duplicateOf: data.duplicateOf,
    priorApplications: data.priorApplications.length,
    blacklist: data.blacklist?.list ?? null,
    ...(data.repayment === undefined ? {} : { repayment: data.repayment }),
  };
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
    ...(data.listing === undefined || data.listing === null
      ? {}
      : { listing: data.listing.level, lists: [...new Set(data.listing.hits.map(({ list }) => list))] }),
    ...(data.summary === undefined || data.summary === null
      ? {}
      : {
          assetClass: data.summary.assetClass,
          badDebts: data.summary.badDebts,
          recourse: data.summary.accounts.recourse,
          enforcements: data.summary.publicRecords.enforcements,
        }),
  };
}
