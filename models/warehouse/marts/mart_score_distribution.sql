-- How rated applications spread over the bins of their scorecard, by month, against the development sample. Every bin of the scorecard is there for
-- every month with rated applications, also the empty ones.
SELECT
  months.month AS month,
  bins.scorecard AS scorecard,
  bins.characteristic AS characteristic,
  bins.title_zh AS title_zh,
  bins.title_en AS title_en,
  bins.position AS position,
  bins.bin AS bin,
  bins.expected_share AS expected_share,
  counts.applications AS applications,
  months.rated AS rated,
  counts.applications / months.rated AS actual_share
FROM dim_scorecard_bin AS bins
INNER JOIN (SELECT month, scorecard, count() AS rated FROM fct_rating GROUP BY month, scorecard) AS months ON months.scorecard = bins.scorecard
LEFT JOIN (
  SELECT month, scorecard, characteristic, bin, count() AS applications
  FROM fct_rated_characteristic
  GROUP BY month, scorecard, characteristic, bin
) AS counts ON counts.month = months.month AND counts.scorecard = bins.scorecard AND counts.characteristic = bins.characteristic AND counts.bin = bins.bin
