-- One row per rated application and characteristic of its scorecard: the bin it fell into. The score itself is the characteristic `score`, in
-- the band of its points.
SELECT month, application_id, partner_id, product, scorecard, rated_bin.1 AS characteristic, rated_bin.3 AS bin
FROM fct_rating
ARRAY JOIN characteristics AS rated_bin
UNION ALL
SELECT rated.month, rated.application_id, rated.partner_id, rated.product, rated.scorecard, 'score' AS characteristic, bands.bins[toUInt32(arrayCount(cut -> rated.points >= cut, bands.cuts) + 1)] AS bin
FROM fct_rating AS rated
INNER JOIN (
  SELECT scorecard, arrayMap(band -> band.2, arraySort(groupArray((position, bin)))) AS bins, arraySort(groupArray(from_points)) AS cuts
  FROM dim_scorecard_bin
  WHERE characteristic = 'score'
  GROUP BY scorecard
) AS bands ON bands.scorecard = rated.scorecard
