package io.muster.ingest.deadletters;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.intake.DeadLetterReason;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Devices that filled the dead letters. What of them can be understood is kept as ever, for nothing
 * of worth may be lost; what cannot is refused and counted, and its bytes are not kept, until an
 * operator releases the device. All replicas share the table and tell each other of changes.
 * Thread-safe; asking costs nothing.
 */
public final class Quarantine {
  /** Tells all replicas to read the table again. */
  public static final String CHANNEL = "muster_quarantine";

  private static final Logger LOG = Logger.getLogger("io.muster.ingest.deadletters");

  /** More are not held in memory; the table still holds them. */
  private static final int MOST_DEVICES = 100_000;

  private static final String SELECT =
      "SELECT tenant, device FROM quarantine ORDER BY since LIMIT " + MOST_DEVICES;

  private static final String INSERT =
      """
      WITH row AS (
        INSERT INTO quarantine (tenant, device, since, reason) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING RETURNING tenant)
      SELECT pg_notify('muster_quarantine', tenant) FROM row""";

  private static final int COUNTS_AT_ONCE = 1_000;

  private static final String COUNT =
      """
      UPDATE quarantine q SET refused_messages = q.refused_messages + counted.messages
        FROM unnest($1::text[], $2::text[], $3::bigint[]) AS counted (tenant, device, messages)
       WHERE q.tenant = counted.tenant AND q.device = counted.device""";

  private final SqlClient database;
  private final Clock clock;
  private final DeadLetterRate rate;

  /** Whom this replica knows to be in quarantine; whom it put there itself and could not write. */
  private volatile Set<DeviceAddress> held = Set.of();

  private final Map<DeviceAddress, DeadLetterReason> unwritten = new ConcurrentHashMap<>();
  private final Map<DeviceAddress, LongAdder> refused = new ConcurrentHashMap<>();

  /**
   * @param perMinute how many dead letters a device may make in a minute
   */
  public Quarantine(SqlClient database, Clock clock, int perMinute) {
    this.database = database;
    this.clock = clock;
    this.rate = new DeadLetterRate(clock, perMinute);
  }

  /** Whether a dead letter of the device is kept; else it is counted only. */
  public boolean admits(DeviceAddress device, DeadLetterReason reason) {
    if (holds(device)) {
      refused.computeIfAbsent(device, first -> new LongAdder()).increment();
      return false;
    }
    if (rate.exceeds(device)) {
      LOG.warnf(
          "Device %s fills the dead letters (%s): put into quarantine", device, reason.label());
      unwritten.put(device, reason);
      write(device, reason);
      return admits(device, reason);
    }
    return true;
  }

  /** Whether the device is in quarantine. */
  public boolean holds(DeviceAddress device) {
    return held.contains(device) || (!unwritten.isEmpty() && unwritten.containsKey(device));
  }

  private Future<Void> write(DeviceAddress device, DeadLetterReason reason) {
    return database
        .preparedQuery(INSERT)
        .execute(
            Tuple.of(
                device.tenant().value(),
                device.device().value(),
                clock.instant().atOffset(ZoneOffset.UTC),
                reason.label()))
        .compose(written -> reload())
        .onSuccess(reloaded -> unwritten.remove(device))
        .onFailure(
            away -> LOG.debugf("The quarantine of %s is yet to be written: %s", device, away));
  }

  /** Reads the table, and writes what could not be written before. */
  public Future<Void> refresh() {
    unwritten.forEach(this::write);
    return writeCounts().compose(written -> reload());
  }

  /** Reads the table. */
  public Future<Void> reload() {
    return database
        .query(SELECT)
        .execute()
        .map(
            rows -> {
              var devices = new HashSet<DeviceAddress>();
              rows.forEach(
                  row -> devices.add(DeviceAddress.of(row.getString(0), row.getString(1))));
              held.stream().filter(device -> !devices.contains(device)).forEach(rate::forget);
              held = devices;
              return null;
            });
  }

  private Future<Void> writeCounts() {
    var devices = refused.keySet().stream().limit(COUNTS_AT_ONCE).toList();
    if (devices.isEmpty()) {
      return Future.succeededFuture();
    }
    var counts = devices.stream().map(refused::remove).toList();
    return database
        .preparedQuery(COUNT)
        .execute(
            Tuple.tuple()
                .addArrayOfString(
                    devices.stream().map(it -> it.tenant().value()).toArray(String[]::new))
                .addArrayOfString(
                    devices.stream().map(it -> it.device().value()).toArray(String[]::new))
                .addArrayOfLong(counts.stream().map(LongAdder::sum).toArray(Long[]::new)))
        .mapEmpty();
  }
}
