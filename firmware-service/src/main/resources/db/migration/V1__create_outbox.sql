-- The transactional outbox and log of a service, and its leased ordinals. Module `outbox` holds
-- this text; each service's migration is the same text, and a test compares them.

CREATE TABLE outbox (
  -- In the order of insertion; gaps and late commits are normal, so nobody outside may see it.
  place           bigint GENERATED ALWAYS AS IDENTITY,
  id              uuid NOT NULL PRIMARY KEY,
  topic           text NOT NULL,
  qos             smallint NOT NULL CHECK (qos BETWEEN 0 AND 2),
  content_type    text,
  user_properties jsonb NOT NULL DEFAULT '{}',
  payload         bytea NOT NULL,
  created_at      timestamptz NOT NULL,
  -- Given by the publisher once the row is committed: from 1, without gaps.
  sequence        bigint,
  -- When the broker had it, or when it was put into the dead letters.
  settled_at      timestamptz
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX outbox_unnumbered ON outbox (place) WHERE sequence IS NULL;
CREATE UNIQUE INDEX outbox_sequence ON outbox (sequence) WHERE sequence IS NOT NULL;
CREATE INDEX outbox_unsettled ON outbox (sequence) WHERE sequence IS NOT NULL AND settled_at IS NULL;

-- The last sequence that was given, also when all rows have been trimmed.
CREATE TABLE outbox_counter (
  only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  last_sequence bigint NOT NULL
);
INSERT INTO outbox_counter (last_sequence) VALUES (0);

-- The n of the client identifiers service:{name}:{n}, each leased to one instance.
CREATE TABLE service_ordinal (
  ordinal    integer PRIMARY KEY CHECK (ordinal >= 0),
  holder     text NOT NULL,
  -- Drawn at each start, so that of two instances with one name only one renews.
  token      uuid NOT NULL,
  expires_at timestamptz NOT NULL
);
