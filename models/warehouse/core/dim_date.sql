-- Calendar days in Asia/Shanghai, 2015 to 2034. Holidays are not in it: they are policy data, not arithmetic.
SELECT
  CAST(toDate('2015-01-01') + number, 'Date32') AS date,
  toYear(date) AS year,
  toQuarter(date) AS quarter,
  toMonth(date) AS month,
  toStartOfMonth(date) AS month_start,
  toMonday(date) AS week_start,
  toDayOfWeek(date) AS weekday,
  toDayOfWeek(date) > 5 AS weekend
FROM numbers(7305)
