package io.muster.ingest.packetlog;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.DeviceEndpoint;
import io.muster.ingest.endpoint.packetlog.PacketSink;
import io.muster.ingest.endpoint.packetlog.PacketSwitch;
import io.muster.ingest.notifications.Notifications;
import io.quarkus.runtime.Startup;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Keeps this replica's endpoint to the switches in the database. When the database is away, what is
 * on stays on until its time is over. Thread-safe.
 */
@ApplicationScoped
@Startup
class PacketLogWatch {
  private static final Logger LOG = Logger.getLogger(PacketLogWatch.class);
  private static final long KEEP_ALIVE_MILLIS = 15_000;

  private final SwitchTable table;
  private final Endpoint endpoint;
  private final PacketJournal journal;
  private final LastEntries entries;
  private final PacketLogMeters meters;
  private final PacketLogConfig config;
  private final AtomicBoolean reading = new AtomicBoolean();
  private final AtomicBoolean again = new AtomicBoolean();

  /** What is told whose packets it is to write down. */
  @FunctionalInterface
  interface Endpoint {
    void logPackets(Collection<PacketSwitch> wanted, int entriesPerSecond, PacketSink sink);
  }

  @Inject
  PacketLogWatch(
      Notifications notifications,
      SwitchTable table,
      DeviceEndpoint endpoint,
      PacketJournal journal,
      LastEntries entries,
      PacketLogMeters meters,
      PacketLogConfig config,
      Vertx vertx) {
    this(notifications, table, endpoint::logPackets, journal, entries, meters, config, vertx);
  }

  PacketLogWatch(
      Notifications notifications,
      SwitchTable table,
      Endpoint endpoint,
      PacketJournal journal,
      LastEntries entries,
      PacketLogMeters meters,
      PacketLogConfig config,
      Vertx vertx) {
    this.table = table;
    this.endpoint = endpoint;
    this.journal = journal;
    this.entries = entries;
    this.meters = meters;
    this.config = config;
    notifications.listen(SwitchTable.CHANNEL, changed -> read(), this::read);
    notifications.listen(PacketJournal.CHANNEL, entries::heard, entries::missed);
    vertx.setPeriodic(Math.max(1, config.readEvery().toMillis()), now -> read());
    vertx.setPeriodic(KEEP_ALIVE_MILLIS, now -> entries.toAll(LogEvent.KEEP_ALIVE));
  }

  /** Once at a time, and once more for all who asked meanwhile. */
  private void read() {
    again.set(true);
    if (!reading.compareAndSet(false, true)) {
      return;
    }
    again.set(false);
    table
        .read()
        .onSuccess(this::apply)
        .onFailure(away -> LOG.debugf("Packet logs were not read: %s", away.getMessage()))
        .onComplete(
            done -> {
              reading.set(false);
              if (again.get()) {
                read();
              }
            });
  }

  private void apply(List<StoredSwitch> switches) {
    var known = new HashSet<DeviceAddress>();
    var on = new HashSet<DeviceAddress>();
    switches.forEach(
        it -> {
          known.add(it.device());
          if (it.isOn()) {
            on.add(it.device());
          }
        });
    endpoint.logPackets(
        switches.stream().filter(StoredSwitch::isOn).map(StoredSwitch::forEndpoint).toList(),
        config.entriesPerSecond(),
        journal);
    entries.keep(known, on);
    meters.on(on.size());
  }
}
