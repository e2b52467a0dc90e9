package io.muster.ingest.packetlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.endpoint.packetlog.PacketEntry;
import io.muster.ingest.endpoint.packetlog.PacketSink;
import io.muster.ingest.notifications.Notifications;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Takes this replica's entries from the event loops; a worker's thread writes them into the
 * service's log and tells all replicas of them, a little later and many at a time. With the
 * database away this replica's own clients still hear of them. Thread-safe.
 */
@ApplicationScoped
class PacketJournal implements PacketSink {
  static final String CHANNEL = "muster_packet_log";

  private static final Logger LOG = Logger.getLogger(PacketJournal.class);
  private static final int MOST_WAITING = 10_000;
  private static final int MOST_AT_ONCE = 200;

  private final Function<List<String>, Uni<Void>> telling;
  private final ObjectMapper json;
  private final Vertx vertx;
  private final LastEntries entries;
  private final PacketLogMeters meters;
  private final long tellEveryMillis;
  private final BlockingQueue<ToldEntry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong lost = new AtomicLong();

  /** From when a telling is planned until it has ended. */
  private final AtomicBoolean planned = new AtomicBoolean();

  @Inject
  PacketJournal(
      Notifications notifications,
      ObjectMapper json,
      Vertx vertx,
      LastEntries entries,
      PacketLogMeters meters,
      PacketLogConfig config) {
    this(
        payloads -> notifications.tell(CHANNEL, payloads),
        json,
        vertx,
        entries,
        meters,
        config.tellEvery());
  }

  PacketJournal(
      Function<List<String>, Uni<Void>> telling,
      ObjectMapper json,
      Vertx vertx,
      LastEntries entries,
      PacketLogMeters meters,
      Duration tellEvery) {
    this.telling = telling;
    this.json = json;
    this.vertx = vertx;
    this.entries = entries;
    this.meters = meters;
    this.tellEveryMillis = Math.max(1, tellEvery.toMillis());
  }

  @Override
  public void take(DeviceAddress device, PacketEntry entry) {
    if (!waiting.offer(ToldEntry.of(device, entry))) {
      lost.incrementAndGet();
    }
    plan();
  }

  private void plan() {
    if (planned.compareAndSet(false, true)) {
      vertx.setTimer(tellEveryMillis, now -> tell());
    }
  }

  private void tell() {
    var some = new ArrayList<ToldEntry>();
    vertx
        .executeBlocking(() -> written(some), false)
        .compose(payloads -> tell(payloads, some))
        .onComplete(
            told -> {
              planned.set(false);
              if (!waiting.isEmpty()) {
                plan();
              }
            });
  }

  private List<String> written(List<ToldEntry> some) {
    waiting.drainTo(some, MOST_AT_ONCE);
    some.forEach(this::write);
    var left = lost.getAndSet(0);
    if (left > 0) {
      meters.leftOut(left);
      LOG.warnf("%d entries of packet logs were not written: too many came at once", left);
    }
    return some.stream().map(this::text).toList();
  }

  private void write(ToldEntry told) {
    PacketLines.write(told.address(), told.entry());
    meters.written();
    if (told.entry().leftOut() != null) {
      meters.leftOut(told.entry().leftOut());
    }
  }

  private Future<Void> tell(List<String> payloads, List<ToldEntry> some) {
    return Future.<Void>fromCompletionStage(telling.apply(payloads).subscribeAsCompletionStage())
        .onFailure(
            away -> {
              LOG.debugf("Packet logs were not told: %s", away.getMessage());
              some.forEach(told -> entries.heard(told.address(), told.entry()));
            });
  }

  private String text(ToldEntry told) {
    var whole = json(told);
    return whole.getBytes(StandardCharsets.UTF_8).length <= Notifications.MOST_BYTES
        ? whole
        : json(new ToldEntry(told.tenant(), told.device(), told.entry().cut()));
  }

  private String json(ToldEntry told) {
    try {
      return json.writeValueAsString(told);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
