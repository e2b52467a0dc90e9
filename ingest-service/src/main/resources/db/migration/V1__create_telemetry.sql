-- Devices, readings, events, dead letters, and the QoS 2 identifiers that are kept with them.

-- The compact keys of devices; they never leave this service.
CREATE TABLE device (
  key        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant     text NOT NULL,
  device     text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant, device)
);

-- The names of a reading's numbers, sorted; the digest is 128 bits of SHA-256 over them.
CREATE TABLE field_set (
  key    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest uuid NOT NULL UNIQUE,
  names  text[] NOT NULL
);
-- The empty set, for readings without numbers.
INSERT INTO field_set (digest, names) VALUES ('e3b0c442-98fc-1c14-9afb-f4c8996fb924', '{}');

-- No foreign keys: each row would pay for them, and both dictionaries only grow.
CREATE TABLE reading (
  time       timestamptz NOT NULL,
  -- 128 bits of SHA-256 over the values: a redelivered reading is stored once, two different ones of one time are both.
  hash       uuid NOT NULL,
  device_key integer NOT NULL,
  field_set  integer NOT NULL,
  -- In the order of the field set's names.
  numbers    float8[] NOT NULL,
  -- What is not a double: booleans, texts, integers beyond 2^53.
  other      jsonb,
  PRIMARY KEY (device_key, time, hash)
) PARTITION BY RANGE (time);

-- Which partitions there are: a day each, a month each for the far past.
CREATE TABLE reading_partition (
  starts timestamptz PRIMARY KEY,
  ends   timestamptz NOT NULL,
  name   text NOT NULL UNIQUE
);

-- Makes the partition of a time unless it is there. A month that ended before recent_since is one partition, unless days of
-- it are there already. ATTACH, other than PARTITION OF, does not lock out those who insert meanwhile.
CREATE FUNCTION ensure_reading_partition(wanted timestamptz, recent_since timestamptz)
RETURNS TABLE (range_starts timestamptz, range_ends timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
  month_starts timestamptz := date_trunc('month', wanted, 'UTC');
  month_ends   timestamptz := date_trunc('month', month_starts + interval '40 days', 'UTC');
  new_starts   timestamptz;
  new_ends     timestamptz;
  new_name     text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('muster.ingest.reading_partition'));
  RETURN QUERY SELECT p.starts, p.ends FROM reading_partition p WHERE p.starts <= wanted AND wanted < p.ends;
  IF FOUND THEN
    RETURN;
  END IF;
  IF month_ends <= recent_since
     AND NOT EXISTS (SELECT 1 FROM reading_partition p WHERE p.starts < month_ends AND p.ends > month_starts) THEN
    new_starts := month_starts;
    new_ends := month_ends;
    new_name := 'reading_' || to_char(new_starts AT TIME ZONE 'UTC', 'YYYY_MM');
  ELSE
    new_starts := date_trunc('day', wanted, 'UTC');
    new_ends := new_starts + interval '24 hours';
    new_name := 'reading_' || to_char(new_starts AT TIME ZONE 'UTC', 'YYYY_MM_DD');
  END IF;
  EXECUTE format('CREATE TABLE %I (LIKE reading INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)', new_name);
  EXECUTE format('ALTER TABLE reading ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', new_name, new_starts, new_ends);
  INSERT INTO reading_partition (starts, ends, name) VALUES (new_starts, new_ends, new_name);
  RETURN QUERY SELECT new_starts, new_ends;
END
$$;

-- What must never be lost, as it came. The id is 128 bits of SHA-256 over the payload: a redelivered event is stored once.
CREATE TABLE event (
  device_key      integer NOT NULL,
  time            timestamptz NOT NULL,
  id              uuid NOT NULL,
  received_at     timestamptz NOT NULL,
  content_type    text,
  user_properties jsonb NOT NULL DEFAULT '{}',
  payload         bytea NOT NULL,
  PRIMARY KEY (device_key, time, id)
);
CREATE INDEX event_time ON event USING brin (time);

-- QoS 2 identifiers that await their PUBREL (MQTT 5 4.3.3), written with the message they came with.
CREATE TABLE exactly_once (
  session_key       bigint NOT NULL,
  packet_identifier integer NOT NULL CHECK (packet_identifier BETWEEN 1 AND 65535),
  PRIMARY KEY (session_key, packet_identifier)
);

CREATE TABLE dead_letter (
  id              uuid PRIMARY KEY,
  tenant          text NOT NULL,
  -- Whose connection it came over, and the device that the topic names; null when it names none.
  publisher       text NOT NULL,
  device          text,
  topic           text NOT NULL,
  qos             smallint NOT NULL,
  content_type    text,
  user_properties jsonb NOT NULL DEFAULT '{}',
  -- The first bytes of the payload, and how many there were.
  payload         bytea NOT NULL,
  payload_bytes   integer NOT NULL,
  reason          text NOT NULL,
  detail          text,
  received_at     timestamptz NOT NULL
);
CREATE INDEX dead_letter_of_tenant ON dead_letter (tenant, id);
CREATE INDEX dead_letter_age ON dead_letter (received_at);

-- Devices that filled the dead letters; what cannot be understood of them is counted and no longer kept.
CREATE TABLE quarantine (
  tenant           text NOT NULL,
  device           text NOT NULL,
  since            timestamptz NOT NULL,
  reason           text NOT NULL,
  refused_messages bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, device)
);
