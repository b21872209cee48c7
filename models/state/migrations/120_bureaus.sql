-- What credit bureaus were asked and what they answered: the book that makes a report good for every application of the same person
-- within the days the terms allow, and a repeated command answer the same.
CREATE SCHEMA IF NOT EXISTS bureaus;

CREATE TABLE bureaus.enquiry (
  bureau            text        COLLATE "C" NOT NULL,
  report_request_id text        COLLATE "C" NOT NULL,
  person_id         text        COLLATE "C" NOT NULL,
  application_id    text        COLLATE "C" NOT NULL,
  calls             int         NOT NULL DEFAULT 0,
  touched_at        timestamptz NOT NULL,
  open              boolean     NOT NULL DEFAULT true,
  answer            text,
  answered_at       timestamptz,
  reusable          boolean     NOT NULL DEFAULT false,
  PRIMARY KEY (bureau, report_request_id)
);
COMMENT ON COLUMN bureaus.enquiry.calls IS 'calls begun, those that failed included';
COMMENT ON COLUMN bureaus.enquiry.open IS 'on its way: nobody else asks this bureau about this person meanwhile';
COMMENT ON COLUMN bureaus.enquiry.answer IS 'data of bureaus.credit-report-received as it is published; pseudonymous like the event';
COMMENT ON COLUMN bureaus.enquiry.reusable IS 'a report, or that there is none, fetched by this very enquiry';
CREATE UNIQUE INDEX enquiry_open ON bureaus.enquiry (bureau, person_id) WHERE open;
CREATE INDEX enquiry_reusable ON bureaus.enquiry (bureau, person_id, answered_at DESC) WHERE reusable;

-- Registers what is about to be asked of a bureau, one row per command, and says per command what to do:
--   answered  it was answered before (`answer`): say the same again
--   reuse     `answer` is a report of this person that is recent enough (answered at or after `since`)
--   call      ask the bureau; `calls` counts this call
--   busy      another enquiry about this person is on its way: come back
--   erased    the person's key is gone
-- The claim comes before the look for a report: whoever waited for another's claim to end sees what that one brought. Rows are taken in
-- the order of their keys, so that two processes cannot deadlock. A claim nobody has touched for a day (its command was taken off the
-- topic by hand) is given up. Whole-table scans are off because a plan made while the table was small would stay in use.
CREATE FUNCTION bureaus.begin(asked text, at timestamptz, requests text[], persons text[], applications text[], since timestamptz[])
RETURNS TABLE (request text, step text, calls int, answer text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
  one record;
  own record;
  found_answer text;
BEGIN
  FOR one IN
    SELECT * FROM unnest(requests, persons, applications, since) AS u(r, p, a, s) ORDER BY u.p COLLATE "C", u.r COLLATE "C"
  LOOP
    request := one.r;
    calls := 0;
    answer := NULL;
    SELECT e.answer, e.open INTO own FROM bureaus.enquiry AS e WHERE e.bureau = asked AND e.report_request_id = one.r;
    IF FOUND AND own.answer IS NOT NULL THEN
      step := 'answered';
      answer := own.answer;
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF NOT EXISTS (SELECT FROM hub.person_key AS k WHERE k.person_id = one.p COLLATE "C") THEN
      step := 'erased';
      RETURN NEXT;
      CONTINUE;
    END IF;
    UPDATE bureaus.enquiry AS e SET open = false
    WHERE e.bureau = asked AND e.person_id = one.p AND e.open AND e.report_request_id <> one.r AND e.touched_at < at - interval '1 day';
    IF own.open IS NOT TRUE THEN
      BEGIN
        INSERT INTO bureaus.enquiry AS e (bureau, report_request_id, person_id, application_id, touched_at)
        VALUES (asked, one.r, one.p, one.a, at)
        ON CONFLICT (bureau, report_request_id) DO UPDATE SET open = true, touched_at = at WHERE e.answer IS NULL;
      EXCEPTION WHEN unique_violation THEN
        step := 'busy';
        RETURN NEXT;
        CONTINUE;
      END;
    END IF;
    SELECT e.answer INTO found_answer FROM bureaus.enquiry AS e
    WHERE e.bureau = asked AND e.person_id = one.p AND e.reusable AND e.answered_at >= one.s ORDER BY e.answered_at DESC LIMIT 1;
    IF FOUND THEN
      step := 'reuse';
      answer := found_answer;
    ELSE
      step := 'call';
      UPDATE bureaus.enquiry AS e SET calls = e.calls + 1, touched_at = at WHERE e.bureau = asked AND e.report_request_id = one.r RETURNING e.calls INTO calls;
    END IF;
    RETURN NEXT;
  END LOOP;
END
$$;

-- Keeps answers and ends their claims. The first answer of a request stays: returned is what it is answered with.
CREATE FUNCTION bureaus.finish(asked text, requests text[], answers text[], answered timestamptz[], reuse boolean[])
RETURNS TABLE (request text, answer text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
#variable_conflict use_column
DECLARE
  one record;
BEGIN
  FOR one IN SELECT * FROM unnest(requests, answers, answered, reuse) AS u(r, a, t, re) ORDER BY u.r COLLATE "C"
  LOOP
    UPDATE bureaus.enquiry AS e
    SET open = false, answer = coalesce(e.answer, one.a), answered_at = coalesce(e.answered_at, one.t), reusable = CASE WHEN e.answer IS NULL THEN one.re ELSE e.reusable END
    WHERE e.bureau = asked AND e.report_request_id = one.r
    RETURNING e.answer INTO answer;
    request := one.r;
    RETURN NEXT;
  END LOOP;
END
$$;
