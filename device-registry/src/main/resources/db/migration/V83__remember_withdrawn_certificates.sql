-- Certificates that an operator registered and revoked: an authority of the tenant may vouch for them all the same. Of one
-- tenant, since anybody can register a copy of another tenant's certificate, and must not keep its device out by that.

CREATE TABLE withdrawn_certificate (
  sha256     bytea NOT NULL,
  tenant_key integer NOT NULL REFERENCES tenant ON DELETE CASCADE,
  not_after  timestamptz NOT NULL,
  PRIMARY KEY (sha256, tenant_key)
);
CREATE INDEX withdrawn_certificate_by_end ON withdrawn_certificate (not_after);
CREATE INDEX withdrawn_certificate_of_tenant ON withdrawn_certificate (tenant_key);

ALTER TABLE credential
  -- The certificate's own end, which the credential's may narrow. Null of what was registered before, and of other kinds.
  ADD COLUMN certificate_not_after timestamptz;
