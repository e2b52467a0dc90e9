-- Until when all is known that devices and endpoints said: whether a device was silent for too long is judged as of then.

CREATE TABLE ingest_heard (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  until    timestamptz NOT NULL
) WITH (fillfactor = 10);
