-- Processes of the hub, on every machine, as they report themselves (platform/process/heartbeat.ts).
CREATE TABLE hub.process (
  id uuid PRIMARY KEY,
  role text NOT NULL,
  host text NOT NULL,
  pid integer NOT NULL,
  started_at timestamptz NOT NULL,
  heartbeat_at timestamptz NOT NULL,
  metrics_url text NOT NULL,
  rss_bytes bigint NOT NULL,
  problems text[] NOT NULL DEFAULT '{}'
);
