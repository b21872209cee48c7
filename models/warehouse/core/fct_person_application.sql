-- One row per person and role in an application: the applicant, and each guarantor.
SELECT
  person_id,
  application_id,
  role,
  partner_id,
  mobile_hash,
  business_date,
  received_at
FROM fct_person_application_rows FINAL
