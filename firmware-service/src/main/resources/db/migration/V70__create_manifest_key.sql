-- With what manifests were, are and will be signed. The private halves are in files that all instances share.

-- One row: who changes the keys holds it, so that of two only one does.
CREATE TABLE manifest_key_set (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version  bigint NOT NULL
);
INSERT INTO manifest_key_set (version) VALUES (1);

CREATE TABLE manifest_key (
  place           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The `kid` of the manifests that it signs.
  id              varchar(16) NOT NULL UNIQUE,
  -- SubjectPublicKeyInfo, DER.
  public_key      bytea NOT NULL,
  -- Of several that may sign, the one signs that began last.
  signs_from      timestamptz NOT NULL,
  -- Null: until another one has taken over.
  published_until timestamptz,
  -- A JWS of the key that signed when it was made, and which that was; null for one that was not made here.
  introduction    text,
  introduced_by   varchar(16),
  created_at      timestamptz NOT NULL,
  created_by      text NOT NULL,
  CHECK ((introduction IS NULL) = (introduced_by IS NULL))
);
