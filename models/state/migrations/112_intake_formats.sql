-- Which of its own layouts a partner sends: a format of the configuration (key partner-format/<format>), else the hub's own.
CREATE TABLE intake.partner_format (
  partner_id text        COLLATE "C" NOT NULL REFERENCES intake.partner (partner_id) ON DELETE CASCADE,
  input      text        NOT NULL CHECK (input IN ('json', 'csv')),
  format     text        NOT NULL CHECK (format ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  set_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (partner_id, input)
);
