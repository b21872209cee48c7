import type { applicationReceived, DataOf } from '../../../../models/events/index.ts';
import { businessDateOf } from '../../../../platform/kernel/clock.ts';
import type { PersonKey, Privacy } from '../../../../platform/storage/privacy/index.ts';
import type { ValidApplication, ValidPerson } from './validate-application.ts';

type Received = DataOf<typeof applicationReceived>;

/** What is known of an application beside its content when it is accepted. */
export interface Acceptance {
  applicationId: string;
  partnerId: string;
  channel: 'api' | 'batch';
  contentDigest: string;
  receivedAtMs: number;
  /** The applicant first, then the guarantors in their order. */
  personIds: readonly string[];
}

/** The persons of an application, the applicant first. */
export function personsOf(application: ValidApplication): ValidPerson[] {
  return [application.applicant, ...application.guarantors];
}

/**
 * The event of an accepted application: the form with everything personal sealed under the keys of the persons (one for each of
 * `personIds`, in that order).
 */
export function applicationEvent(
  privacy: Privacy,
  application: ValidApplication,
  acceptance: Acceptance,
  keys: readonly PersonKey[],
): Received {
  const { applicant, bankCard } = application;
  const [applicantKey] = keys as [PersonKey];
  const sealed = privacy.seal(applicantKey, {
    name: applicant.name,
    idNo: applicant.idNo,
    mobile: applicant.mobile,
    cardNo: bankCard?.no,
    addressDetail: applicant.address.detail ?? undefined,
  });
  return {
    applicationId: acceptance.applicationId,
    personId: applicantKey.personId,
    partnerId: acceptance.partnerId,
    partnerOrderNo: application.partnerOrderNo,
    channel: acceptance.channel,
    contentDigest: acceptance.contentDigest,
    product: application.product,
    receivedAt: new Date(acceptance.receivedAtMs).toISOString(),
    businessDate: businessDateOf(acceptance.receivedAtMs),
    applicant: {
      personId: applicantKey.personId,
      name: sealed.name,
      idNo: sealed.idNo,
      mobile: sealed.mobile,
      birthDate: applicant.birthDate,
      sex: applicant.sex,
      idRegion: applicant.idRegion,
      monthlyIncomeFen: applicant.monthlyIncomeFen,
      monthlyDebtFen: applicant.monthlyDebtFen,
      employer: applicant.employer,
      address: { region: applicant.address.region, detail: sealed.addressDetail ?? null },
      consents: applicant.consents,
    },
    guarantors: application.guarantors.map((person, index) => {
      const key = keys[index + 1] as PersonKey;
      const { birthDate, sex, idRegion } = person;
      return {
        personId: key.personId,
        ...privacy.seal(key, { name: person.name, idNo: person.idNo, mobile: person.mobile }),
        birthDate,
        sex,
        idRegion,
      };
    }),
    vehicle: application.vehicle,
    request: application.request,
    bankCard: bankCard === null ? null : { no: sealed.cardNo, issuer: bankCard.issuer },
  };
}
