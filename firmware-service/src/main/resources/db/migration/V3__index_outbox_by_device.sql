-- Whose turn it is when more waits than one round takes. Module `outbox` holds this text; each service's migration is
-- the same text, and a test compares them. The expression is that of DeviceOrder.

CREATE INDEX outbox_unsettled_of_device ON outbox (
  (CASE
     WHEN split_part(topic, '/', 1) <> 'platform' THEN split_part(topic, '/', 2) || '/' || split_part(topic, '/', 3)
     WHEN split_part(topic, '/', 3) = 'session' THEN split_part(topic, '/', 5) || '/' || split_part(topic, '/', 6)
     ELSE split_part(topic, '/', 4) || '/' || split_part(topic, '/', 5)
   END COLLATE "C"),
  sequence
) WHERE sequence IS NOT NULL AND settled_at IS NULL;
