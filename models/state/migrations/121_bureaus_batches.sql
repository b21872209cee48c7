-- The register of enquiries for micro-batches of all bureaus together. What is new, nearly everything, costs one INSERT a batch and one
-- look for a report each; what is not (a retry, a claim of another) goes through bureaus.begin, one by one.

-- Claims the persons of new enquiries and says what to do (see bureaus.begin): `reuse` or `call`, the call counted. Not in the result:
-- enquiries that are registered already, whose person is claimed by another, or has no key. The claim commits before the look for a
-- report begins its own snapshot, so whoever waited for another's claim to end sees what that one brought.
CREATE FUNCTION bureaus.begin_new(asked text[], at timestamptz, requests text[], persons text[], applications text[], since timestamptz[])
RETURNS TABLE (bureau text, request text, step text, calls int, answer text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
  new_bureaus text[];
  new_requests text[];
BEGIN
  WITH claimed AS (
    INSERT INTO bureaus.enquiry AS e (bureau, report_request_id, person_id, application_id, touched_at, calls)
    SELECT u.b, u.r, u.p, u.a, at, 1 FROM unnest(asked, requests, persons, applications) AS u(b, r, p, a)
    WHERE EXISTS (SELECT FROM hub.person_key AS k WHERE k.person_id = u.p COLLATE "C")
    ORDER BY u.b COLLATE "C", u.p COLLATE "C", u.r COLLATE "C"
    ON CONFLICT DO NOTHING
    RETURNING e.bureau, e.report_request_id
  )
  SELECT array_agg(c.bureau), array_agg(c.report_request_id) INTO new_bureaus, new_requests FROM claimed AS c;
  RETURN QUERY
  WITH found AS MATERIALIZED (
    SELECT n.b, n.r, f.answer
    FROM unnest(new_bureaus, new_requests) AS n(b, r)
    JOIN unnest(asked, requests, persons, since) AS u(b, r, p, s) ON u.b = n.b AND u.r = n.r
    LEFT JOIN LATERAL (
      SELECT e.answer FROM bureaus.enquiry AS e
      WHERE e.bureau = u.b COLLATE "C" AND e.person_id = u.p COLLATE "C" AND e.reusable AND e.answered_at >= u.s ORDER BY e.answered_at DESC LIMIT 1
    ) AS f ON true
  ), uncounted AS (
    UPDATE bureaus.enquiry AS e SET calls = 0 FROM found AS f
    WHERE f.answer IS NOT NULL AND e.bureau = f.b COLLATE "C" AND e.report_request_id = f.r COLLATE "C"
  )
  SELECT f.b, f.r, CASE WHEN f.answer IS NULL THEN 'call' ELSE 'reuse' END, CASE WHEN f.answer IS NULL THEN 1 ELSE 0 END, f.answer FROM found AS f;
END
$$;

-- Keeps answers and ends their claims. The first answer of a request stays: returned is what it is answered with where that is another.
DROP FUNCTION bureaus.finish(text, text[], text[], timestamptz[], boolean[]);
CREATE FUNCTION bureaus.finish(asked text[], requests text[], answers text[], answered timestamptz[], reuse boolean[])
RETURNS TABLE (bureau text, request text, answer text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH kept AS (
    UPDATE bureaus.enquiry AS e
    SET open = false, answer = coalesce(e.answer, u.a), answered_at = coalesce(e.answered_at, u.t), reusable = CASE WHEN e.answer IS NULL THEN u.re ELSE e.reusable END
    FROM unnest(asked, requests, answers, answered, reuse) AS u(b, r, a, t, re)
    WHERE e.bureau = u.b COLLATE "C" AND e.report_request_id = u.r COLLATE "C"
    RETURNING e.bureau, e.report_request_id, e.answer, u.a AS given
  )
  SELECT k.bureau, k.report_request_id, k.answer FROM kept AS k WHERE k.answer <> k.given;
END
$$;
