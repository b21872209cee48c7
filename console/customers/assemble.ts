import {
  applicationDecided,
  applicationReceived,
  creditReportReceived,
  type DataOf,
  FIRST_BUREAU_KIND,
} from '../../models/events/index.ts';
import { type IdNumberMasks, maskBirthDate } from '../../platform/storage/privacy/index.ts';
import type { Appearance } from './appearances.ts';
import { dataOfType, type LandedEvent } from './customer-events.ts';
import type { Customer, CustomerApplication } from './shapes.ts';

export type Received = DataOf<typeof applicationReceived>;
type Decided = DataOf<typeof applicationDecided>;
/** Who somebody is, as an application tells. */
export type Identity = Pick<
  Received['applicant'],
  'personId' | 'name' | 'idNo' | 'mobile' | 'birthDate' | 'sex' | 'idRegion'
>;

/** A way to reach or to debit a person, with its ciphertext of the newest application that names it. */
export interface Contact {
  kind: 'mobile' | 'address' | 'card';
  key: string;
  mask: string;
  cipher: string;
  detail: string | null;
  applications: number;
  lastSeenAt: string;
}

/** The event types a customer is put together from. */
export const VIEWED = [applicationReceived, creditReportReceived, applicationDecided];

/** A person as an application has it; undefined when it is not in it. */
export function identityIn(received: Received, personId: string): Identity | undefined {
  return received.personId === personId
    ? received.applicant
    : received.guarantors.find((guarantor) => guarantor.personId === personId);
}

/** Every mobile, address and card of a person, each once, in the order they were first seen. `applications` oldest first. */
export function contactsOf(personId: string, applications: readonly Received[]): Contact[] {
  const found = new Map<string, Contact>();
  const counts = new Map<Contact['kind'], number>();
  const see = (
    kind: Contact['kind'],
    value: { mask: string; hash: string; cipher: string },
    detail: string | null,
    receivedAt: string,
  ): void => {
    const known = found.get(`${kind} ${value.hash}`);
    const number = (counts.get(kind) ?? 0) + (known === undefined ? 1 : 0);
    counts.set(kind, number);
    found.set(`${kind} ${value.hash}`, {
      kind,
      key: known?.key ?? `${kind}-${number}`,
      mask: value.mask,
      cipher: value.cipher,
      detail,
      applications: (known?.applications ?? 0) + 1,
      lastSeenAt: receivedAt,
    });
  };
  for (const received of applications) {
    const identity = identityIn(received, personId);
    if (identity !== undefined) see('mobile', identity.mobile, null, received.receivedAt);
    if (received.personId !== personId) continue;
    const { address } = received.applicant;
    if (address.detail !== null) see('address', address.detail, address.region, received.receivedAt);
    if (received.bankCard !== null) see('card', received.bankCard.no, received.bankCard.issuer, received.receivedAt);
  }
  return [...found.values()];
}

/**
 * One customer out of the events of the applications it appears in (VIEWED, oldest first) and its loans. `erased`: nothing that tells who it is.
 * `readable`: which of the other persons can still be told of. `idNumber`: how ID numbers are shown. Newest first.
 */
export function assembleCustomer(
  { personId, erased, appearances }: { personId: string; erased: boolean; appearances: readonly Appearance[] },
  events: readonly LandedEvent[],
  loans: Customer['loans'],
  readable: ReadonlySet<string>,
  idNumber: IdNumberMasks,
): Omit<Customer, 'mayReveal' | 'mayExport' | 'mayErase'> {
  const received = dataOfType(events, applicationReceived);
  // Whom an erased person stood beside would tell who it was.
  const told = (other: string): boolean => !erased && readable.has(other);
  const decisions = new Map(dataOfType(events, applicationDecided).map((decided) => [decided.applicationId, decided]));
  const as = (role: Appearance['role']): Received[] => {
    const ids = new Set(
      appearances.filter((appearance) => appearance.role === role).map(({ applicationId }) => applicationId),
    );
    return received.filter(({ applicationId }) => ids.has(applicationId)).reverse();
  };
  const own = as('applicant');
  const ownIds = new Set(own.map(({ applicationId }) => applicationId));
  const identity = received.findLast((application) => identityIn(application, personId) !== undefined);
  return {
    personId,
    erased,
    person: erased || identity === undefined ? null : personOf(identityIn(identity, personId)!, idNumber),
    contacts: erased ? [] : contactsOf(personId, received).map(({ cipher: _, ...contact }) => contact),
    applications: own.map((application) => applicationOf(application, decisions.get(application.applicationId))),
    guarantors: own.flatMap(({ applicationId, guarantors }) =>
      guarantors
        .filter((guarantor) => told(guarantor.personId))
        .map((guarantor) => ({ applicationId, ...masksOf(guarantor, idNumber) })),
    ),
    guarantorOf: as('guarantor').map((application) => ({
      ...applicationOf(application, decisions.get(application.applicationId)),
      applicant: told(application.personId) ? masksOf(application.applicant, idNumber) : null,
    })),
    consents: own.flatMap(({ applicationId, applicant }) =>
      applicant.consents.map((consent) => ({ applicationId, ...consent })),
    ),
    reports: dataOfType(events, creditReportReceived)
      .filter(({ applicationId }) => ownIds.has(applicationId))
      .reverse()
      .map(reportOf),
    ratings: dataOfType(events, applicationDecided)
      .filter(({ applicationId }) => ownIds.has(applicationId))
      .reverse()
      .flatMap(ratingOf),
    loans,
  };
}

function personOf(
  { name, idNo, mobile, birthDate, sex, idRegion }: Identity,
  idNumber: IdNumberMasks,
): NonNullable<Customer['person']> {
  return {
    name: name.mask,
    idNo: idNumber(idNo),
    mobile: mobile.mask,
    birthDate: maskBirthDate(birthDate),
    sex,
    idRegion,
  };
}

function masksOf(
  { personId, name, idNo, mobile }: Identity,
  idNumber: IdNumberMasks,
): { personId: string; name: string; idNo: string; mobile: string } {
  return { personId, name: name.mask, idNo: idNumber(idNo), mobile: mobile.mask };
}

function applicationOf(received: Received, decided: Decided | undefined): CustomerApplication {
  return {
    applicationId: received.applicationId,
    partnerId: received.partnerId,
    partnerOrderNo: received.partnerOrderNo,
    product: received.product,
    businessDate: received.businessDate,
    receivedAt: received.receivedAt,
    requestedAmountFen: received.request.amountFen,
    outcome: decided?.outcome ?? 'PENDING',
    approvedAmountFen: decided?.outcome === 'APPROVED' ? decided.amountFen : null,
    reasons: decided?.reasons.map(({ code }) => code) ?? [],
    decidedAt: decided?.decidedAt ?? null,
    decidedBy: decided?.decidedBy ?? null,
  };
}

function reportOf(report: DataOf<typeof creditReportReceived>): Customer['reports'][number] {
  const {
    reportRequestId,
    applicationId,
    bureau,
    kind = FIRST_BUREAU_KIND,
    outcome,
    score,
    overdue,
    listing,
    reused = false,
    costFen,
    answeredAt,
  } = report;
  return {
    reportRequestId,
    applicationId,
    bureau,
    kind,
    outcome,
    score,
    currentDaysPastDue: overdue?.currentDaysPastDue ?? null,
    listing: listing?.level ?? null,
    reused,
    costFen,
    answeredAt,
  };
}

function ratingOf({ applicationId, rating, decidedAt }: Decided): Customer['ratings'] {
  if (rating === undefined) return [];
  const { scorecard, grade, points, probabilityOfDefault } = rating;
  return [{ applicationId, scorecard, grade, points, probabilityOfDefault, at: decidedAt }];
}
