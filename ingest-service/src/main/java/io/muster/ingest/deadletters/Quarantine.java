package io.muster.ingest.deadletters;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.intake.DeadLetterReason;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
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

  /** However many there are, the replicas are told once. */
  private static final String INSERT =
      """
      WITH row AS (
        INSERT INTO quarantine (tenant, device, since, reason)
        SELECT tenant, device, $3, reason
          FROM unnest($1::text[], $2::text[], $4::text[]) AS wanted (tenant, device, reason)
         ORDER BY tenant, device
        ON CONFLICT DO NOTHING RETURNING tenant)
      SELECT pg_notify('muster_quarantine', '') WHERE EXISTS (SELECT 1 FROM row)\
      """;

  private static final int ROWS_AT_ONCE = 1_000;

  // Two replicas may count the same devices at once. No index serves this join: in one that goes
  // through an index PostgreSQL leaves rows out that were changed while it waited.
  private static final String COUNT =
      """
      UPDATE quarantine q SET refused_messages = q.refused_messages + counted.messages
        FROM unnest($1::text[], $2::text[], $3::bigint[]) AS counted (tenant, device, messages)
       WHERE q.tenant = ANY ($1) AND q.device = ANY ($2)
         AND q.tenant || ':' || q.device = counted.tenant || ':' || counted.device\
      """;

  private final SqlClient database;
  private final Clock clock;
  private final DeadLetterRate rate;

  private final SharedRun writing = new SharedRun(this::writeSome);
  private final SharedRun reading = new SharedRun(this::read);

  /** Whom this replica knows to be in quarantine, as it last read. */
  private volatile Set<DeviceAddress> held = Set.of();

  /** Whom it put there itself and has not written, and whom it has not read since. */
  private final Map<DeviceAddress, DeadLetterReason> unwritten = new ConcurrentHashMap<>();

  private final Set<DeviceAddress> written = ConcurrentHashMap.newKeySet();
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
      writing
          .run()
          .onFailure(
              away -> LOG.debugf("A quarantine is yet to be written: %s", away.getMessage()));
      return admits(device, reason);
    }
    return true;
  }

  /** Whether the device is in quarantine. */
  public boolean holds(DeviceAddress device) {
    return held.contains(device)
        || (!unwritten.isEmpty() && unwritten.containsKey(device))
        || (!written.isEmpty() && written.contains(device));
  }

  private Future<Void> writeSome() {
    var devices = unwritten.keySet().stream().limit(ROWS_AT_ONCE).toList();
    if (devices.isEmpty()) {
      return Future.succeededFuture();
    }
    var reasons = devices.stream().map(device -> unwritten.get(device).label());
    return database
        .preparedQuery(INSERT)
        .execute(
            Tuple.of(
                names(devices, device -> device.tenant().value()),
                names(devices, device -> device.device().value()),
                clock.instant().atOffset(ZoneOffset.UTC),
                reasons.toArray(String[]::new)))
        .onSuccess(
            done -> {
              written.addAll(devices);
              unwritten.keySet().removeAll(devices);
              if (!unwritten.isEmpty()) {
                writing.run();
              }
            })
        .mapEmpty();
  }

  /** Reads the table, and writes what could not be written before. */
  public Future<Void> refresh() {
    return writing.run().compose(written -> writeCounts()).compose(counted -> reload());
  }

  /** Reads the table; once for all who ask meanwhile. */
  public Future<Void> reload() {
    return reading.run();
  }

  private Future<Void> read() {
    var writtenBefore = List.copyOf(written);
    return database
        .query(SELECT)
        .execute()
        .map(
            rows -> {
              var devices = new HashSet<DeviceAddress>();
              rows.forEach(
                  row -> devices.add(DeviceAddress.of(row.getString(0), row.getString(1))));
              forgetAllBut(devices, held);
              forgetAllBut(devices, writtenBefore);
              held = devices;
              writtenBefore.forEach(written::remove);
              return null;
            });
  }

  /** Whom an operator released begins anew. */
  private void forgetAllBut(Set<DeviceAddress> devices, Collection<DeviceAddress> before) {
    before.stream().filter(device -> !devices.contains(device)).forEach(rate::forget);
  }

  private Future<Void> writeCounts() {
    var devices = refused.keySet().stream().limit(ROWS_AT_ONCE).toList();
    if (devices.isEmpty()) {
      return Future.succeededFuture();
    }
    var counts = devices.stream().map(refused::remove).toList();
    return database
        .preparedQuery(COUNT)
        .execute(
            Tuple.tuple()
                .addArrayOfString(names(devices, device -> device.tenant().value()))
                .addArrayOfString(names(devices, device -> device.device().value()))
                .addArrayOfLong(counts.stream().map(LongAdder::sum).toArray(Long[]::new)))
        .mapEmpty();
  }

  private static String[] names(List<DeviceAddress> devices, Function<DeviceAddress, String> name) {
    return devices.stream().map(name).toArray(String[]::new);
  }
}
