-- How readings and events of deleted tenants are removed, which know their devices by keys alone.

-- Keys of devices that went with their tenants. A batch that looked a key up before may still be written under it; so what is
-- under it is looked for once more when no such batch can be under way any more, and then the key is forgotten.
CREATE TABLE removed_device (
  key        integer PRIMARY KEY,
  tenant     varchar(40) COLLATE "C" NOT NULL,
  removed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX removed_device_of_tenant ON removed_device (tenant, removed_at);

-- Removes readings of devices, partition by partition and by their places, so that neither a plan over all partitions nor a
-- second look at an index is needed.
CREATE FUNCTION remove_readings(keys integer[], most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  part    text;
  gone    integer;
  removed integer := 0;
BEGIN
  IF cardinality(keys) = 0 THEN
    RETURN 0;
  END IF;
  FOR part IN SELECT name FROM reading_partition ORDER BY starts LOOP
    EXIT WHEN removed >= most;
    EXECUTE format('DELETE FROM %I WHERE ctid = ANY (ARRAY(SELECT ctid FROM %I WHERE device_key = ANY ($1) LIMIT $2))', part, part)
      USING keys, most - removed;
    GET DIAGNOSTICS gone = ROW_COUNT;
    removed := removed + gone;
  END LOOP;
  RETURN removed;
END
$$;

-- Removes what was written late under keys that went at least so long ago, and then the keys.
CREATE FUNCTION remove_late(of_tenant text, rest_ms bigint, most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  keys    integer[];
  gone    integer;
  removed integer;
BEGIN
  keys := ARRAY(SELECT d.key FROM removed_device d
                 WHERE d.tenant = of_tenant AND d.removed_at <= now() - rest_ms * interval '1 ms'
                 ORDER BY d.removed_at LIMIT 50);
  removed := remove_readings(keys, most);
  IF removed < most THEN
    DELETE FROM event WHERE ctid = ANY (ARRAY(SELECT e.ctid FROM event e WHERE e.device_key = ANY (keys) LIMIT most - removed));
    GET DIAGNOSTICS gone = ROW_COUNT;
    removed := removed + gone;
  END IF;
  IF removed < most THEN
    DELETE FROM removed_device WHERE key = ANY (keys);
    GET DIAGNOSTICS gone = ROW_COUNT;
    removed := removed + gone;
  END IF;
  RETURN removed;
END
$$;
