-- How far a service has followed the logs of others. Module `outbox` holds this text; the migration
-- of a service that follows a log is the same text, and a test compares them.

CREATE TABLE followed_log (
  log      text PRIMARY KEY,
  position bigint NOT NULL
);

-- What was taken from them lately, so that an event that comes twice has its effect once.
CREATE TABLE followed_event (
  log      text NOT NULL,
  id       uuid NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (log, id)
);
CREATE INDEX followed_event_taken_at ON followed_event (taken_at);
