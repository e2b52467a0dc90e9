-- What a tenant uploaded. The bytes are in the artifact store under their SHA-256; several rows may share them.

CREATE TABLE artifact (
  key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         uuid NOT NULL UNIQUE,
  tenant     varchar(40) COLLATE "C" NOT NULL,
  filename   text NOT NULL,
  sha256     text COLLATE "C" NOT NULL,
  sha1       text COLLATE "C" NOT NULL,
  md5        text COLLATE "C" NOT NULL,
  size_bytes bigint NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL
);
CREATE INDEX artifact_of_tenant ON artifact (tenant, key);
-- The sweep's question: does anybody know these bytes?
CREATE INDEX artifact_by_content ON artifact (sha256);

-- An upload in several requests.
CREATE TABLE upload (
  key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         text COLLATE "C" NOT NULL UNIQUE,
  tenant     varchar(40) COLLATE "C" NOT NULL,
  filename   text NOT NULL,
  -- What the sender announced; null when it did not.
  size_bytes bigint,
  sha256     text COLLATE "C",
  touched_at timestamptz NOT NULL,
  created_by text NOT NULL
);
CREATE INDEX upload_of_tenant ON upload (tenant);
CREATE INDEX upload_by_age ON upload (touched_at);
