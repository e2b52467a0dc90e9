package io.muster.benchmarks.registry;

import java.util.List;

/**
 * What is known of the devices beside what was imported: presence, shadows, firmware and a group,
 * written past the service, so that there is something to search. Stateless.
 */
final class FleetState {
  /** The static group of one device in a hundred. */
  static final String FEW = "few";

  /** The dynamic group of one device in forty. */
  static final String FLOOR = "ground-floor";

  /** How many versions there are of each kind. */
  static final int VERSIONS = 50;

  /** A device's number in the fleet. */
  private static final String NUMBER = "substring(d.id from 8)::int";

  private static final List<String> STATEMENTS =
      List.of(
          """
          INSERT INTO registry.presence (device_key, status, since, last_seen)
          SELECT d.key, CASE WHEN n %% 100 = 0 THEN 'offline' ELSE 'online' END, now(),
                 CASE WHEN n %% 100 = 0 THEN now() - (n / 100 %% 30) * interval '1 day' ELSE now() END
            FROM registry.device d, LATERAL (SELECT %1$s AS n) number
           WHERE n %% 10 <> 1\
          """,
          """
          INSERT INTO registry.shadow (device_key, name, version, desired, reported, metadata,
                                       has_delta, updated_at)
          SELECT d.key, '', 1, jsonb_build_object('fw', 'v' || n %% %2$d, 'interval', 60),
                 jsonb_build_object('fw', 'v' || n %% %2$d, 'battery', n %% 100), '{}', false, now()
            FROM registry.device d, LATERAL (SELECT %1$s AS n) number\
          """,
          """
          INSERT INTO registry.installed_firmware (device_key, modules, versions, told_at)
          SELECT d.key, jsonb_build_object('os', '1.' || n %% %2$d), ARRAY['1.' || n %% %2$d], now()
            FROM registry.device d, LATERAL (SELECT %1$s AS n) number\
          """,
          """
          INSERT INTO registry.device_group (tenant_key, id, version, filter, created_at, updated_at)
          SELECT t.key, g.id, 1, g.filter, now(), now()
            FROM registry.tenant t,
                 (VALUES ('%3$s', NULL), ('%4$s', 'attributes.floor==0')) AS g (id, filter)
           WHERE t.id = '%5$s'\
          """,
          """
          INSERT INTO registry.device_group_member (group_key, device_key)
          SELECT g.key, d.key
            FROM registry.device_group g JOIN registry.device d ON d.tenant_key = g.tenant_key
           WHERE g.id = '%3$s' AND d.tags @> '{rare}'\
          """,
          "VACUUM ANALYZE registry.presence",
          "VACUUM ANALYZE registry.shadow",
          "VACUUM ANALYZE registry.installed_firmware",
          "VACUUM ANALYZE registry.device_group_member");

  private FleetState() {}

  static void write(DeviceRows rows) {
    for (var statement : STATEMENTS) {
      rows.execute(
          statement.startsWith("VACUUM")
              ? statement
              : statement.formatted(NUMBER, VERSIONS, FEW, FLOOR, DeviceRows.TENANT));
    }
  }
}
