-- One row per loan: how it stood when it was last observed, and whether it has ever defaulted (more than 90 days past due, or written off).
SELECT
  loan_id,
  any(application_id) AS application_id,
  any(person_id) AS person_id,
  any(partner_id) AS partner_id,
  any(product) AS product,
  any(disbursed_on) AS disbursed_on,
  max(business_date) AS last_observed_on,
  argMax(months_on_book, business_date) AS months_on_book,
  argMax(balance_fen, business_date) AS balance_fen,
  argMax(days_past_due, business_date) AS days_past_due,
  max(defaulted) AS defaulted,
  argMax(closed, business_date) AS closed
FROM raw_servicing_loan_performance_observed
GROUP BY loan_id
