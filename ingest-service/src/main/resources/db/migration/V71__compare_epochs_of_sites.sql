-- Epochs of one database grow; those of two databases, a hub's and its edges', or one before and after it was restored, say
-- which connection of a client is the later one only when they grow with time. So an epoch is at least the time in
-- microseconds of about a second ago. It never goes back with the clock. Older versions take numbers of the same sequence.
CREATE FUNCTION next_mqtt_epoch() RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  at_least bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
BEGIN
  -- Whoever finds somebody else at it goes on with the number that comes.
  IF at_least - (SELECT last_value FROM mqtt_epoch) > 1000000
     AND pg_try_advisory_xact_lock(hashtextextended(current_schema() || '.mqtt_epoch', 0))
     -- Looked at again under the lock. The margin is more numbers than are taken between this look and the next step.
     AND at_least - (SELECT last_value FROM mqtt_epoch) > 500000 THEN
    PERFORM setval('mqtt_epoch', at_least);
  END IF;
  RETURN nextval('mqtt_epoch');
END
$$;
