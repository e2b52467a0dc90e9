package io.muster.ingest.telemetry.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.reading.ContentHash;
import io.muster.contract.reading.Reading;
import io.muster.contract.reading.ReadingValue;
import io.muster.ingest.intake.Afterwards;
import io.muster.ingest.notifications.Notifications;
import io.muster.ingest.telemetry.ReadingItem;
import io.muster.ingest.telemetry.TelemetryConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Tells all instances what was stored of what somebody follows, a little later and many readings at
 * a time. It never holds up the intake: what there is no room for is counted and told as skipped,
 * and a worker's thread makes the JSON, one telling after the other. Thread-safe.
 */
@ApplicationScoped
class LiveTeller implements Afterwards {
  static final String CHANNEL = "muster_live";

  private static final Logger LOG = Logger.getLogger("io.muster.ingest.telemetry.live");
  private static final int MOST_WAITING = 20_000;
  private static final int FIELD_BYTES = 80;
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  private final Function<List<String>, Uni<Void>> telling;
  private final ObjectMapper json;
  private final Vertx vertx;
  private final Interests interests;
  private final BooleanSupplier pressed;
  private final Duration every;
  private final int mostNotifications;
  private final long mostBytes;
  private final Queue<Stored> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Map<TenantId, Long> skipped = new ConcurrentHashMap<>();

  /** From when a telling is planned until it has ended. */
  private final AtomicBoolean planned = new AtomicBoolean();

  private record Stored(DeviceAddress device, Reading reading, int bytes) {}

  /** Payloads of notifications, and of how many readings of whom they tell. */
  private record Telling(List<String> payloads, Map<TenantId, Long> readings) {}

  @Inject
  LiveTeller(
      Notifications notifications,
      ObjectMapper json,
      Vertx vertx,
      TelemetryConfig config,
      LiveShedding shedding,
      Clock clock) {
    this(
        payloads -> notifications.tell(CHANNEL, payloads),
        json,
        vertx,
        config.live(),
        shedding::isPressed,
        clock);
  }

  /**
   * @param pressed whether nothing may be told now
   */
  LiveTeller(
      Function<List<String>, Uni<Void>> telling,
      ObjectMapper json,
      Vertx vertx,
      TelemetryConfig.Live config,
      BooleanSupplier pressed,
      Clock clock) {
    this.telling = telling;
    this.json = json;
    this.vertx = vertx;
    this.interests = new Interests(clock);
    this.pressed = pressed;
    this.every = config.every();
    this.mostNotifications = config.notifications();
    this.mostBytes = config.waitingBytes();
  }

  Interests interests() {
    return interests;
  }

  @Override
  public void stored(DeviceAddress device, List<Reading> readings) {
    if (!interests.any() || !interests.in(Interest.in(device))) {
      return;
    }
    if (pressed.getAsBoolean()) {
      // Told as a gap with what is told next.
      skip(device.tenant(), readings.size());
      return;
    }
    for (var reading : readings) {
      if (!keep(new Stored(device, reading, bytes(reading)))) {
        skip(device.tenant(), 1);
      }
    }
    plan(every);
  }

  private boolean keep(Stored stored) {
    var fits = waitingBytes.addAndGet(stored.bytes) <= mostBytes && waiting.offer(stored);
    if (!fits) {
      waitingBytes.addAndGet(-stored.bytes);
    }
    return fits;
  }

  /** About what it takes in memory; the names of numbers are shared. */
  private static int bytes(Reading reading) {
    var bytes = FIELD_BYTES + Double.BYTES * reading.numbers().length;
    for (var field : reading.others().entrySet()) {
      bytes += FIELD_BYTES + field.getKey().length();
      bytes += field.getValue() instanceof ReadingValue.Text text ? text.value().length() : 0;
    }
    return bytes;
  }

  private void skip(TenantId tenant, long count) {
    skipped.merge(tenant, count, Long::sum);
  }

  private void plan(Duration pause) {
    if (planned.compareAndSet(false, true)) {
      vertx.setTimer(Math.max(1, pause.toMillis()), now -> tell());
    }
  }

  private void tell() {
    vertx
        .executeBlocking(this::next, false)
        .compose(this::tell)
        .onComplete(
            told -> {
              planned.set(false);
              if (told.failed()) {
                LOG.debugf("The live feed was not told: %s", told.cause().getMessage());
                plan(AFTER_FAILURE);
              } else if (!waiting.isEmpty() || !skipped.isEmpty()) {
                plan(every);
              }
            });
  }

  /** What cannot be told is skipped, which is told as soon as something can be. */
  private Future<Void> tell(Telling next) {
    if (next.payloads.isEmpty()) {
      return Future.succeededFuture();
    }
    return Future.<Void>fromCompletionStage(
            telling.apply(next.payloads).subscribeAsCompletionStage())
        .onFailure(away -> next.readings.forEach(this::skip));
  }

  private Telling next() {
    var payloads = new Payloads(mostNotifications);
    var readings = new HashMap<TenantId, Long>();
    for (var left = MOST_WAITING; left > 0; left--) {
      var stored = waiting.poll();
      if (stored == null) {
        break;
      }
      waitingBytes.addAndGet(-stored.bytes);
      if (payloads.isFull()) {
        skip(stored.device.tenant(), 1);
      } else {
        payloads.add(text(stored));
        readings.merge(stored.device.tenant(), 1L, Long::sum);
      }
    }
    for (var tenant : List.copyOf(skipped.keySet())) {
      var count = skipped.remove(tenant);
      payloads.add(text(Told.skipped(tenant, count)));
      readings.merge(tenant, count, Long::sum);
    }
    return new Telling(payloads.finished(), readings);
  }

  private String text(Stored stored) {
    var device = stored.device.device().value();
    var tenant = stored.device.tenant();
    var time = stored.reading.time();
    var values = ReadingItem.plain(stored.reading.values());
    var whole = text(new Told(tenant, device, time, values, null, null));
    return Payloads.fits(whole)
        ? whole
        : text(new Told(tenant, device, time, null, new ContentHash().of(stored.reading), null));
  }

  private String text(Told told) {
    try {
      return json.writeValueAsString(told);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
