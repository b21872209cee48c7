-- One row per rated application: the rules' decision of it carries the rating; a later one by a person does not.
-- `month` is that of the application date; reasons for the points are in fct_rated_characteristic.
SELECT
  business_date,
  toStartOfMonth(business_date) AS month,
  application_id,
  partner_id,
  product,
  region,
  toString(outcome) AS outcome,
  amount_fen AS approved_amount_fen,
  assumeNotNull(rating_scorecard) AS scorecard,
  assumeNotNull(rating_points) AS points,
  assumeNotNull(rating_probability_of_default) AS probability_of_default,
  assumeNotNull(rating_grade) AS grade,
  rating_characteristics AS characteristics,
  event_id AS decided_event_id
FROM raw_review_application_decided FINAL
WHERE rating_scorecard IS NOT NULL AND decided_by IS NULL
