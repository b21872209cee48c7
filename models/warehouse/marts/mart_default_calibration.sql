-- Predicted against observed default of loans, by the month of their application, scorecard and grade. Loans come in with their first observation; young ones have
-- had little time to default: `months_on_book` is the median.
SELECT
  rated.month AS month,
  rated.scorecard AS scorecard,
  rated.grade AS grade,
  count() AS loans,
  sum(toFloat64(rated.probability_of_default)) AS predicted_defaults,
  countIf(loan.defaulted) AS observed_defaults,
  quantileExact(0.5)(loan.months_on_book) AS months_on_book,
  sum(loan.balance_fen) AS balance_fen
FROM fct_rating AS rated
INNER JOIN fct_loan_performance AS loan ON loan.application_id = rated.application_id
GROUP BY month, scorecard, grade
