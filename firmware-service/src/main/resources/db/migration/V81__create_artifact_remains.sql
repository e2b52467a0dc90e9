-- Bytes that a tenant had and that nobody has taken away yet: they count until the sweep has removed them.

CREATE TABLE artifact_remains (
  key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant     varchar(40) COLLATE "C" NOT NULL,
  sha256     text COLLATE "C" NOT NULL,
  size_bytes bigint NOT NULL,
  -- Not before the object itself: a sweep that goes by a later time has taken it.
  stored_at  timestamptz NOT NULL,
  UNIQUE (tenant, sha256)
);
CREATE INDEX artifact_remains_by_age ON artifact_remains (stored_at);

-- What comes in one request counts as well, but for how many uploads there may be: those are bounded by how many send at a time.
ALTER TABLE upload ADD COLUMN in_one_request boolean NOT NULL DEFAULT false;
