-- What lists of devices are sorted by besides: the type, and when a device was last heard of.

-- The type's id stands with the device, since an index has columns of one table; it never changes. '~' for no type, which
-- comes after every id: then an order has no nulls, and a page begins where the last one ended. The database sees to it,
-- whoever writes, instances of the version before this one among them.
ALTER TABLE device ADD COLUMN type_place varchar(80) COLLATE "C" NOT NULL DEFAULT '~';
UPDATE device d SET type_place = t.id FROM device_type t WHERE t.key = d.type_key;

CREATE FUNCTION place_by_type() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  NEW.type_place := coalesce((SELECT id FROM device_type WHERE key = NEW.type_key), '~');
  RETURN NEW;
END
$$;
CREATE TRIGGER device_made_of_type BEFORE INSERT ON device
  FOR EACH ROW WHEN (NEW.type_key IS NOT NULL) EXECUTE FUNCTION place_by_type();
CREATE TRIGGER device_given_type BEFORE UPDATE OF type_key ON device
  FOR EACH ROW WHEN (NEW.type_key IS DISTINCT FROM OLD.type_key) EXECUTE FUNCTION place_by_type();
CREATE INDEX device_by_type ON device (tenant_key, type_place, id);

-- By day, as before (the time itself is in no index), and now of one tenant.
ALTER TABLE presence ADD COLUMN tenant_key integer;
UPDATE presence p SET tenant_key = d.tenant_key FROM device d WHERE d.key = p.device_key;
ALTER TABLE presence ALTER COLUMN tenant_key SET NOT NULL;

CREATE FUNCTION place_by_tenant() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  NEW.tenant_key := (SELECT tenant_key FROM device WHERE key = NEW.device_key);
  RETURN NEW;
END
$$;
CREATE TRIGGER presence_of_tenant BEFORE INSERT ON presence
  FOR EACH ROW EXECUTE FUNCTION place_by_tenant();
DROP INDEX presence_by_day;
CREATE INDEX presence_by_day ON presence (tenant_key, seen_day);
