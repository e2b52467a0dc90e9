-- What came of imports that had an Idempotency-Key: answers only, never a secret.

CREATE TABLE device_import (
  key             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_key      integer NOT NULL REFERENCES tenant ON DELETE CASCADE,
  idempotency_key text NOT NULL,
  created_at      timestamptz NOT NULL,
  UNIQUE (tenant_key, idempotency_key)
);
CREATE INDEX device_import_by_age ON device_import (created_at);

CREATE TABLE device_import_batch (
  import_key   bigint NOT NULL REFERENCES device_import ON DELETE CASCADE,
  number       integer NOT NULL,
  -- Of all of the request up to the end of the batch.
  input_sha256 bytea NOT NULL,
  -- A JSON array of what was answered. Long, and read whole or not at all: it is compressed and kept beside the table.
  results      text NOT NULL,
  PRIMARY KEY (import_key, number)
);
