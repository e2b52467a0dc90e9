package io.muster.firmware.targets;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.database.Sql;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The rows of targets. Stateless. */
public final class TargetTable {
  /** With the table as {@code t}. */
  public static final String COLUMNS =
      "t.key, t.tenant, t.device, t.last_number, t.polled_at, t.attributes_at, t.auto_confirm";

  private static final String FIND =
      "SELECT "
          + COLUMNS
          + ", t.known, t.enabled AND NOT EXISTS (SELECT 1 FROM suspended_tenant AS s"
          + " WHERE s.tenant = t.tenant) AS enabled FROM target AS t"
          + " WHERE t.tenant = $1 AND t.device = $2";
  private static final String REMEMBER =
      """
      INSERT INTO target (tenant, device, known, enabled) VALUES ($1, $2, true, $3)
      ON CONFLICT (tenant, device) DO UPDATE SET known = true, enabled = excluded.enabled\
      """;
  private static final String ADD_ALL =
      """
      INSERT INTO target (tenant, device, known, enabled)
      SELECT $1, f.device, true, f.enabled
        FROM unnest($2::text[], $3::boolean[]) AS f (device, enabled) ORDER BY f.device
      ON CONFLICT (tenant, device) DO NOTHING\
      """;
  private static final String KNOW_ALL =
      """
      UPDATE target AS t SET known = true, enabled = f.enabled
        FROM unnest($2::text[], $3::boolean[]) AS f (device, enabled)
       WHERE t.tenant = $1 AND t.device = f.device AND NOT t.known\
      """;
  private static final String DELETE =
      """
      UPDATE target SET known = false, enabled = false, attributes = '{}', attributes_at = NULL,
             auto_confirm = false, forgotten_number = last_number, deleted_at = $3
       WHERE tenant = $1 AND device = $2 RETURNING key\
      """;

  private static final String UNSURE =
      """
      SELECT t.tenant, t.device
        FROM unnest($1::text[], $2::text[]) AS s (tenant, device)
        JOIN target AS t ON t.tenant = s.tenant AND t.device = s.device
       WHERE NOT (t.known AND t.enabled) ORDER BY t.key\
      """;

  /** Of rows that are locked: a join leaves out one that another transaction changes. */
  private static final String ENSURE =
      """
      UPDATE target AS t SET known = true, enabled = f.enabled
        FROM unnest($2::text[], $3::boolean[]) AS f (device, enabled)
       WHERE t.tenant = $1 AND t.device = f.device\
      """;

  private static final String FORGET_SOME =
      """
      UPDATE target SET known = false
       WHERE key = ANY (ARRAY(
         SELECT key FROM target WHERE tenant = $1 AND device = ANY ($2::text[])
          ORDER BY key FOR UPDATE))\
      """;
  private static final String FORGET_ALL =
      """
      UPDATE target SET known = false
       WHERE key = ANY (ARRAY(SELECT key FROM target WHERE known ORDER BY key FOR UPDATE))\
      """;
  private static final String LOCK_ALL =
      """
      SELECT key FROM target
       WHERE key = ANY (ARRAY(
         SELECT t.key FROM unnest($1::text[], $2::text[]) AS n (tenant, device)
           JOIN target AS t ON t.tenant = n.tenant AND t.device = n.device
          UNION
         SELECT key FROM target WHERE tenant = ANY ($3::text[]) AND NOT enabled))
       ORDER BY key FOR UPDATE\
      """;

  private TargetTable() {}

  /**
   * What is known.
   *
   * @param isKnown false: the registry has to be asked
   * @param isEnabled whether it may take part
   */
  record Found(Target target, boolean isKnown, boolean isEnabled) {
    Optional<Target> enabled() {
      return isEnabled ? Optional.of(target) : Optional.empty();
    }
  }

  static Optional<Found> find(Sql db, DeviceAddress device) {
    return db.first(FIND, device.tenant().value(), device.device().value())
        .map(row -> new Found(read(row), row.getBoolean("known"), row.getBoolean("enabled")));
  }

  static void remember(Sql db, DeviceAddress device, boolean enabled) {
    db.change(REMEMBER, device.tenant().value(), device.device().value(), enabled);
  }

  /** The suspension of a tenant that its log told of last; empty when there is none. */
  static Optional<Long> suspension(Sql db, TenantId tenant) {
    return db.first("SELECT told FROM suspended_tenant WHERE tenant = $1", tenant.value())
        .map(row -> row.getLong("told"));
  }

  /**
   * The tenant is not suspended any more, and the part of the log that said so was lost. One that
   * was told of since stays.
   */
  static void endSuspension(Sql db, TenantId tenant, long told) {
    db.change("DELETE FROM suspended_tenant WHERE tenant = $1 AND told = $2", tenant.value(), told);
  }

  /**
   * The registry has these devices. Of those that are known already nothing changes: its log may
   * have told of them since.
   *
   * @param enabled whether each may take part
   */
  public static void rememberAll(Sql db, TenantId tenant, String[] devices, Boolean[] enabled) {
    db.change(ADD_ALL, tenant.value(), devices, enabled);
    db.change(KNOW_ALL, tenant.value(), devices, enabled);
  }

  /** Locks it until the end of the transaction: its actions change one after another. */
  public static Target lock(Sql db, long key) {
    return db.first("SELECT " + COLUMNS + " FROM target AS t WHERE t.key = $1 FOR UPDATE", key)
        .map(TargetTable::read)
        .orElseThrow();
  }

  /**
   * Locks what is going to change, in the order of the keys as all do who lock several: without it
   * two of them may wait for each other.
   *
   * @param resumed tenants whose devices that may not take part are going to change as well
   */
  public static void lockAll(
      Sql db, Collection<DeviceAddress> devices, Collection<TenantId> resumed) {
    if (!devices.isEmpty() || !resumed.isEmpty()) {
      db.rows(
          LOCK_ALL,
          tenants(devices),
          devices(devices),
          resumed.stream().map(TenantId::value).toList());
    }
  }

  /** Those of them that were spoken of, and may not take part as far as is known. */
  static List<DeviceAddress> unsure(Sql db, Collection<DeviceAddress> devices) {
    return db.rows(
        row -> DeviceAddress.of(row.getString("tenant"), row.getString("device")),
        UNSURE,
        tenants(devices),
        devices(devices));
  }

  /** The registry says this of a tenant's devices, whatever was known. */
  static void ensure(Sql db, TenantId tenant, Map<String, Boolean> enabled) {
    if (!enabled.isEmpty()) {
      var devices = enabled.keySet().toArray(String[]::new);
      var flags = Arrays.stream(devices).map(enabled::get).toArray(Boolean[]::new);
      lockAll(
          db,
          Stream.of(devices).map(it -> DeviceAddress.of(tenant.value(), it)).toList(),
          List.of());
      db.change(ENSURE, tenant.value(), devices, flags);
    }
  }

  /** Nobody knows whether there are such devices. */
  static void forget(Sql db, TenantId tenant, List<String> devices) {
    if (!devices.isEmpty()) {
      db.change(FORGET_SOME, tenant.value(), devices);
    }
  }

  private static List<String> tenants(Collection<DeviceAddress> devices) {
    return devices.stream().map(it -> it.tenant().value()).toList();
  }

  private static List<String> devices(Collection<DeviceAddress> devices) {
    return devices.stream().map(it -> it.device().value()).toList();
  }

  /** It asked for something. */
  public static void polled(Sql db, long key, Instant now) {
    // Once in a while is enough to tell who is there, and thousands ask all the time.
    db.change(
        "UPDATE target SET polled_at = $2 WHERE key = $1"
            + " AND (polled_at IS NULL OR polled_at < $2::timestamptz - interval '10 s')",
        key,
        now);
  }

  /** It said of itself what it said before. */
  public static void described(Sql db, long key, Instant now) {
    db.change(
        "UPDATE target SET attributes_at = $2 WHERE key = $1"
            + " AND (attributes_at IS NULL OR attributes_at < $2::timestamptz - interval '10 s')",
        key,
        now);
  }

  /** What it says of itself. */
  public static Map<String, Object> attributes(Sql db, long key) {
    return db.first("SELECT attributes::text AS text FROM target WHERE key = $1", key)
        .map(row -> new JsonObject(row.getString("text")).getMap())
        .orElseThrow();
  }

  /** Draws the number of its next action. */
  public static long nextNumber(Sql db, long key) {
    return db.number(
        "UPDATE target SET last_number = last_number + 1 WHERE key = $1 RETURNING last_number",
        key);
  }

  /** The registry says that there is no such device any more. */
  public static void deleted(Sql db, DeviceAddress device, Instant now) {
    db.first(DELETE, device.tenant().value(), device.device().value(), now)
        .map(row -> row.getLong("key"))
        .ifPresent(
            key -> {
              db.change("DELETE FROM target_token WHERE target_key = $1", key);
              db.change(
                  "DELETE FROM token_request WHERE tenant = $1 AND subject = $2",
                  device.tenant().value(),
                  "devices/" + device.device());
              db.change("DELETE FROM installed_module WHERE target_key = $1", key);
              db.change(
                  "UPDATE action SET state = 'cancelled', finished_at = $2"
                      + " WHERE target_key = $1 AND finished_at IS NULL",
                  key,
                  now);
            });
  }

  /** Nobody knows whether there is such a device. */
  static void forget(Sql db, DeviceAddress device) {
    db.change(
        "UPDATE target SET known = false, enabled = false WHERE tenant = $1 AND device = $2",
        device.tenant().value(),
        device.device().value());
  }

  /** It may not take part. */
  public static void disabled(Sql db, DeviceAddress device) {
    db.change(
        "UPDATE target SET enabled = false WHERE tenant = $1 AND device = $2",
        device.tenant().value(),
        device.device().value());
  }

  /** It may have been enabled again. */
  public static void updated(Sql db, DeviceAddress device) {
    db.change(
        "UPDATE target SET known = false WHERE tenant = $1 AND device = $2 AND NOT enabled",
        device.tenant().value(),
        device.device().value());
  }

  /** None of the tenant's devices may take part. */
  public static void suspended(Sql db, TenantId tenant) {
    db.change(
        "INSERT INTO suspended_tenant (tenant) VALUES ($1)"
            + " ON CONFLICT (tenant) DO UPDATE SET told = DEFAULT",
        tenant.value());
  }

  /** The tenant's devices may take part again. */
  public static void resumed(Sql db, TenantId tenant) {
    db.change("DELETE FROM suspended_tenant WHERE tenant = $1", tenant.value());
    db.change("UPDATE target SET known = false WHERE tenant = $1 AND NOT enabled", tenant.value());
  }

  /** Nobody knows any more what the registry said meanwhile. */
  public static void forgetAll(Sql db) {
    db.change("DELETE FROM suspended_tenant");
    db.change(FORGET_ALL);
  }

  /** A row with {@link #COLUMNS}. */
  public static Target read(Row row) {
    return new Target(
        row.getLong("key"),
        DeviceAddress.of(row.getString("tenant"), row.getString("device")),
        row.getLong("last_number"),
        Sql.instant(row, "polled_at"),
        Sql.instant(row, "attributes_at"),
        row.getBoolean("auto_confirm"));
  }
}
