-- Requests for tokens that may be repeated. They hold no token: only the SHA-256 by which it is known here.

CREATE TABLE token_request (
  tenant          varchar(40) COLLATE "C" NOT NULL,
  -- Whose token it is: devices/<id>, or gateway-token.
  subject         text COLLATE "C" NOT NULL,
  idempotency_key text COLLATE "C" NOT NULL,
  request_sha256  bytea NOT NULL,
  token_sha256    bytea NOT NULL,
  created_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant, subject, idempotency_key)
);
CREATE INDEX token_request_by_age ON token_request (created_at);

-- One that was never used may be replaced by who asks again, since the answer may have been lost.
ALTER TABLE target_token ADD COLUMN first_used_at timestamptz;
ALTER TABLE tenant_setting ADD COLUMN gateway_token_used boolean NOT NULL DEFAULT false;
