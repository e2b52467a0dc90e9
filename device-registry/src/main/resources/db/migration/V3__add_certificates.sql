-- A client certificate is known by its fingerprint, on the whole platform: the endpoint learns from it whose it is.

ALTER TABLE credential
  -- SHA-256 of its DER. The period of the row is the certificate's own, narrowed by the credential's.
  ADD COLUMN certificate_sha256 bytea CONSTRAINT credential_certificate_is_unique UNIQUE,
  ADD COLUMN certificate_subject text;

ALTER TABLE credential DROP CONSTRAINT credential_is_whole;
ALTER TABLE credential ADD CONSTRAINT credential_is_whole CHECK (
  (kind = 'secret' AND secret_sha256 IS NOT NULL
    AND public_key IS NULL AND algorithm IS NULL AND certificate_sha256 IS NULL AND certificate_subject IS NULL) OR
  (kind = 'jwt-key' AND public_key IS NOT NULL AND algorithm IS NOT NULL
    AND secret_sha256 IS NULL AND certificate_sha256 IS NULL AND certificate_subject IS NULL) OR
  (kind = 'certificate' AND certificate_sha256 IS NOT NULL AND certificate_subject IS NOT NULL AND not_after IS NOT NULL
    AND secret_sha256 IS NULL AND public_key IS NULL AND algorithm IS NULL));
