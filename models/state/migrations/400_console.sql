-- People who sign in to the console, their sessions, and what failed log-ins cost.
CREATE SCHEMA IF NOT EXISTS hub;

CREATE TABLE hub."user" (
  name                 text        PRIMARY KEY CHECK (name ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
  display_name         text        NOT NULL,
  role                 text        NOT NULL CHECK (role IN ('admin', 'manager', 'data-engineer', 'operator')),
  language             text        NOT NULL DEFAULT 'zh-CN' CHECK (language IN ('zh-CN', 'en')),
  partners             text[],
  password             text        NOT NULL,
  must_change_password boolean     NOT NULL DEFAULT false,
  created_at           timestamptz NOT NULL DEFAULT now(),
  password_changed_at  timestamptz NOT NULL DEFAULT now(),
  disabled_at          timestamptz
);
COMMENT ON COLUMN hub."user".partners IS 'partners this person may see; null: all';
COMMENT ON COLUMN hub."user".password IS 'scrypt$N$r$p$salt$key';

CREATE TABLE hub.session (
  token_hash   bytea       PRIMARY KEY,
  user_name    text        NOT NULL REFERENCES hub."user" (name) ON DELETE CASCADE,
  created_at   timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
COMMENT ON COLUMN hub.session.token_hash IS 'SHA-256 of the cookie; the cookie itself is nowhere stored';
CREATE INDEX session_by_user ON hub.session (user_name);
CREATE INDEX session_by_expiry ON hub.session (expires_at);

CREATE TABLE hub.login_throttle (
  key           bytea       PRIMARY KEY,
  failures      integer     NOT NULL,
  last_at       timestamptz NOT NULL,
  blocked_until timestamptz
);
COMMENT ON COLUMN hub.login_throttle.key IS 'SHA-256 of what is counted: name and address, address, or name';
