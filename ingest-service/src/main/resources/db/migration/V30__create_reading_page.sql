-- A page of a device's readings that ends when its rows weigh enough, so that neither this server nor its client ever holds
-- more than that and one row, however large the readings are. A row's last column is the weight of the page up to it.
--
-- The weight is about the bytes of memory that a reading takes at the client. The names of its numbers count for each row,
-- since each shows them; what is in jsonb counts four times its text, since its members become objects.
--
-- Without newest_first: from from_time until to_time, after the position (after_time, after_hash), in order of time. With it:
-- the last ones, the newest first. The statement is built and planned each time, so that partitions outside of the times are
-- not even locked.
CREATE FUNCTION reading_page(
  of_device integer, from_time timestamptz, to_time timestamptz, after_time timestamptz, after_hash uuid,
  wanted text[], newest_first boolean, most_rows integer, most_weight bigint)
RETURNS TABLE (row_time timestamptz, row_hash uuid, row_set integer, row_numbers float8[], row_other jsonb, weight bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  named_set    integer;
  names_weight bigint := 0;
BEGIN
  weight := 0;
  FOR row_time, row_hash, row_set, row_numbers, row_other IN EXECUTE
    'SELECT r.time, r.hash, r.field_set, r.numbers, r.other FROM reading r WHERE r.device_key = $1'
    || CASE WHEN newest_first THEN '' ELSE ' AND r.time >= $2 AND r.time < $3 AND (r.time, r.hash) > ($4, $5)' END
    || CASE WHEN wanted IS NULL THEN ''
       ELSE ' AND (r.field_set IN (SELECT f.key FROM field_set f WHERE f.names && $6) OR r.other ?| $6)' END
    || CASE WHEN newest_first THEN ' ORDER BY r.time DESC, r.hash DESC' ELSE ' ORDER BY r.time, r.hash' END
    || ' LIMIT $7'
    USING of_device, from_time, to_time, after_time, after_hash, wanted, most_rows
  LOOP
    IF named_set IS DISTINCT FROM row_set THEN
      SELECT octet_length(f.names::text) INTO names_weight FROM field_set f WHERE f.key = row_set;
      named_set := row_set;
    END IF;
    weight := weight + 64 + coalesce(names_weight, 0) + 32 * cardinality(row_numbers)
      + coalesce(4 * octet_length(row_other::text), 0);
    RETURN NEXT;
    EXIT WHEN weight >= most_weight;
  END LOOP;
END
$$;
