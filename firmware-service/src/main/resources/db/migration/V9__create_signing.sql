-- Who vouches for artifacts, and what a tenant demands.

CREATE TABLE signing_key (
  key        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         uuid NOT NULL UNIQUE,
  tenant     varchar(40) COLLATE "C" NOT NULL,
  name       text NOT NULL,
  algorithm  varchar(20) NOT NULL,
  -- SubjectPublicKeyInfo, DER.
  public_key bytea NOT NULL,
  created_at timestamptz NOT NULL,
  created_by text NOT NULL,
  UNIQUE (tenant, public_key)
);

CREATE TABLE artifact_signature (
  artifact_key bigint NOT NULL REFERENCES artifact ON DELETE CASCADE,
  signing_key  bigint NOT NULL REFERENCES signing_key ON DELETE CASCADE,
  signature    bytea NOT NULL,
  created_at   timestamptz NOT NULL,
  created_by   text NOT NULL,
  PRIMARY KEY (artifact_key, signing_key)
);
CREATE INDEX signature_by_key ON artifact_signature (signing_key);

CREATE TABLE tenant_setting (
  tenant                varchar(40) COLLATE "C" PRIMARY KEY,
  version               bigint NOT NULL,
  signature_required    boolean NOT NULL,
  confirmation_required boolean NOT NULL,
  -- Null: the service's own.
  polling_seconds       integer,
  gateway_token_sha256  bytea
);

-- As the registry tells it.
CREATE TABLE suspended_tenant (
  tenant varchar(40) COLLATE "C" PRIMARY KEY
);
