package io.muster.registry.bulk;

import java.time.OffsetDateTime;
import java.util.List;

/** Writes many devices at once, past Hibernate. Stateless. */
final class DeviceWrites {
  /** Tags hold no comma. */
  private static final String INSERT =
      """
      INSERT INTO device (key, tenant_key, id, version, enabled, type_key, gateway_key, tags,
                          attributes, created_at, updated_at)
      SELECT key, $1::integer, id, version, enabled, type_key, gateway_key,
             string_to_array(tags, ','), attributes::jsonb, $2::timestamptz, $2::timestamptz
        FROM unnest($3::integer[], $4::text[], $5::bigint[], $6::boolean[], $7::integer[],
                    $8::integer[], $9::text[], $10::text[])
          AS given (key, id, version, enabled, type_key, gateway_key, tags, attributes)\
      """;

  private static final String UPDATE =
      """
      UPDATE device d
         SET version = given.version, enabled = given.enabled, type_key = given.type_key,
             gateway_key = given.gateway_key, tags = string_to_array(given.tags, ','),
             attributes = given.attributes::jsonb, updated_at = $1::timestamptz
        FROM unnest($2::integer[], $3::bigint[], $4::boolean[], $5::integer[], $6::integer[],
                    $7::text[], $8::text[])
          AS given (key, version, enabled, type_key, gateway_key, tags, attributes)
       WHERE d.key = given.key\
      """;

  private DeviceWrites() {}

  static void insert(Sql sql, int tenantKey, List<DeviceDraft> drafts, OffsetDateTime now) {
    if (!drafts.isEmpty()) {
      var columns = new Columns(drafts);
      sql.rows(
          INSERT,
          tenantKey,
          now,
          columns.keys(),
          drafts.stream().map(it -> it.id().value()).toArray(String[]::new),
          columns.versions(),
          columns.enabled(),
          columns.types(),
          columns.gateways(),
          columns.tags(),
          columns.attributes());
    }
  }

  static void update(Sql sql, List<DeviceDraft> drafts, OffsetDateTime now) {
    if (!drafts.isEmpty()) {
      var columns = new Columns(drafts);
      sql.rows(
          UPDATE,
          now,
          columns.keys(),
          columns.versions(),
          columns.enabled(),
          columns.types(),
          columns.gateways(),
          columns.tags(),
          columns.attributes());
    }
  }

  /** Drafts, column by column. */
  private record Columns(List<DeviceDraft> drafts) {
    Integer[] keys() {
      return drafts.stream().map(DeviceDraft::key).toArray(Integer[]::new);
    }

    Long[] versions() {
      return drafts.stream().map(DeviceDraft::version).toArray(Long[]::new);
    }

    Boolean[] enabled() {
      return drafts.stream().map(it -> it.state().enabled()).toArray(Boolean[]::new);
    }

    Integer[] types() {
      return drafts.stream().map(it -> it.state().typeKey()).toArray(Integer[]::new);
    }

    Integer[] gateways() {
      return drafts.stream().map(it -> it.state().gatewayKey()).toArray(Integer[]::new);
    }

    String[] tags() {
      return drafts.stream().map(it -> String.join(",", it.state().tags())).toArray(String[]::new);
    }

    String[] attributes() {
      return drafts.stream().map(it -> it.state().attributes().encode()).toArray(String[]::new);
    }
  }
}
