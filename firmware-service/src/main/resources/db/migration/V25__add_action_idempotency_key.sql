-- What the caller called the request that made an action, so that it may be repeated.

ALTER TABLE action ADD COLUMN idempotency_key text;
CREATE UNIQUE INDEX action_idempotency_key ON action (target_key, idempotency_key) WHERE idempotency_key IS NOT NULL;
