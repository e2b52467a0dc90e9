-- The certificate's own end, which the credential's may narrow: so long an authority of the tenant could vouch for it again
-- after it was revoked. Null of what was registered before, and of other kinds.

ALTER TABLE credential ADD COLUMN certificate_not_after timestamptz;
