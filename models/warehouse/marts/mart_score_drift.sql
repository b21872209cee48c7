-- Population stability index by month, of the score and of each characteristic, against the development sample:
-- Σ (actual share − expected share) · ln(actual share / expected share). An empty bin counts as a share of 0.0001, as is usual.
-- Read it as below 0.1 stable, up to 0.25 to be watched, above it another population.
SELECT
  month,
  scorecard,
  characteristic,
  any(title_zh) AS title_zh,
  any(title_en) AS title_en,
  any(rated) AS applications,
  round(sum((greatest(actual_share, 0.0001) - greatest(expected_share, 0.0001)) * log(greatest(actual_share, 0.0001) / greatest(expected_share, 0.0001))), 6) AS psi
FROM mart_score_distribution
GROUP BY month, scorecard, characteristic
