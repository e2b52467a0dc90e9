package io.muster.ingest.removal;

import io.muster.ingest.sessions.TenantSessions;
import io.muster.outbox.TenantPart;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What this service keeps of tenants, in the order in which it goes. Readings and events know their
 * devices by key; so a device goes when nothing is under its key any more, some devices at a time.
 * Messages in the outbox are not here: they go by age. Neither are the names of fields, which
 * tenants share.
 */
final class TenantTables {
  private static final String SOME_KEYS =
      "ARRAY(SELECT key FROM device WHERE tenant = $1::text ORDER BY device LIMIT 50)";

  private static final String READINGS = "SELECT remove_readings(" + SOME_KEYS + ", $2::integer)";

  private static final String EVENTS =
      "SELECT ctid FROM event WHERE device_key = ANY (" + SOME_KEYS + ")";

  private static final String DEVICES =
      """
      WITH part AS MATERIALIZED (
        SELECT key FROM device WHERE tenant = $1::text ORDER BY device
         LIMIT least($2::integer, 50) FOR UPDATE
      ), gone AS (
        DELETE FROM device AS d USING part WHERE d.key = part.key RETURNING d.key
      )
      INSERT INTO removed_device (key, tenant) SELECT key, $1::text FROM gone\
      """;

  private static final String LATE = "SELECT remove_late($1::text, %d, $2::integer)";

  private TenantTables() {}

  /**
   * @param rest for how long a batch may still be written under a key that it looked up before
   */
  static List<TenantPart> parts(Duration rest) {
    return Stream.concat(
            TenantSessions.parts().stream(),
            Stream.of(
                TenantPart.of("site_session"),
                TenantPart.of("packet_log"),
                TenantPart.of("quarantine"),
                TenantPart.of("dead_letter"),
                TenantPart.telling("reading", READINGS),
                TenantPart.of("event", EVENTS),
                new TenantPart("device", DEVICES, false),
                TenantPart.telling("removed_device", LATE.formatted(rest.toMillis()))))
        .toList();
  }
}
