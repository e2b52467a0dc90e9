-- With what the registry signs devices' tokens. In the database, so that all instances have them and a new one begins by
-- itself; no interface shows the private half.

CREATE TABLE token_key (
  -- The `kid` of the tokens that it signed.
  id             uuid PRIMARY KEY,
  -- PKCS #8, DER.
  private_key    bytea NOT NULL,
  -- SubjectPublicKeyInfo, DER.
  public_key     bytea NOT NULL,
  -- Of several that may sign, the one signs that began last.
  signs_from     timestamptz NOT NULL,
  signs_until    timestamptz NOT NULL,
  -- Until the last token that it signed has ended.
  verifies_until timestamptz NOT NULL,
  created_at     timestamptz NOT NULL,
  CHECK (signs_from < signs_until AND signs_until < verifies_until)
);
