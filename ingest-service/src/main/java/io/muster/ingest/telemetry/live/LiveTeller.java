package io.muster.ingest.telemetry.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.reading.ContentHash;
import io.muster.contract.reading.Reading;
import io.muster.ingest.intake.Afterwards;
import io.muster.ingest.notifications.Notifications;
import io.muster.ingest.telemetry.ReadingItem;
import io.muster.ingest.telemetry.TelemetryConfig;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;

/**
 * Tells all instances what was stored of what somebody follows, a little later and many readings at
 * a time. It never holds up the intake: what there is no room for is counted and told as skipped.
 * Thread-safe.
 */
@ApplicationScoped
class LiveTeller implements Afterwards {
  static final String CHANNEL = "muster_live";

  private static final Logger LOG = Logger.getLogger("io.muster.ingest.telemetry.live");
  private static final int MOST_WAITING = 20_000;

  private final Notifications notifications;
  private final ObjectMapper json;
  private final Vertx vertx;
  private final Interests interests;
  private final Duration every;
  private final int mostNotifications;
  private final Queue<Stored> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Map<TenantId, LongAdder> skipped = new ConcurrentHashMap<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  private record Stored(DeviceAddress device, Reading reading) {}

  LiveTeller(
      Notifications notifications,
      ObjectMapper json,
      Vertx vertx,
      TelemetryConfig config,
      Clock clock) {
    this.notifications = notifications;
    this.json = json;
    this.vertx = vertx;
    this.interests = new Interests(clock);
    this.every = config.live().every();
    this.mostNotifications = config.live().notifications();
  }

  Interests interests() {
    return interests;
  }

  @Override
  public void stored(DeviceAddress device, List<Reading> readings) {
    if (!interests.any() || !interests.in(Interest.in(device))) {
      return;
    }
    for (var reading : readings) {
      if (!waiting.offer(new Stored(device, reading))) {
        skip(device.tenant(), 1);
      }
    }
    if (scheduled.compareAndSet(false, true)) {
      vertx.setTimer(Math.max(1, every.toMillis()), now -> tell());
    }
  }

  private void skip(TenantId tenant, long count) {
    skipped.computeIfAbsent(tenant, first -> new LongAdder()).add(count);
  }

  private void tell() {
    scheduled.set(false);
    var payloads = payloads();
    if (payloads.isEmpty()) {
      return;
    }
    notifications
        .tell(CHANNEL, payloads)
        .subscribe()
        .with(done -> {}, away -> LOG.debugf("The live feed was not told: %s", away.getMessage()));
  }

  private List<String> payloads() {
    var payloads = new Payloads(mostNotifications);
    var beyond = new HashMap<TenantId, Integer>();
    Stored stored;
    while ((stored = waiting.poll()) != null) {
      if (!payloads.add(text(stored))) {
        beyond.merge(stored.device.tenant(), 1, Integer::sum);
      }
    }
    beyond.forEach(this::skip);
    for (var tenant : List.copyOf(skipped.keySet())) {
      payloads.addAnyhow(text(Told.skipped(tenant, skipped.remove(tenant).sum())));
    }
    return payloads.finished();
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

  /** Texts joined to JSON arrays that fit into a notification. */
  private static final class Payloads {
    private final int most;
    private final List<String> full = new ArrayList<>();
    private StringBuilder open = new StringBuilder("[");
    private int bytes = 2;

    private Payloads(int most) {
      this.most = most;
    }

    static boolean fits(String text) {
      return text.length() <= Notifications.MOST_BYTES / 3
          || text.getBytes(StandardCharsets.UTF_8).length + 2 <= Notifications.MOST_BYTES;
    }

    boolean add(String text) {
      if (full.size() >= most) {
        return false;
      }
      addAnyhow(text);
      return true;
    }

    void addAnyhow(String text) {
      var more = text.getBytes(StandardCharsets.UTF_8).length + 1;
      if (bytes + more > Notifications.MOST_BYTES) {
        close();
      }
      if (open.length() > 1) {
        open.append(',');
      }
      open.append(text);
      bytes += more;
    }

    private void close() {
      full.add(open.append(']').toString());
      open = new StringBuilder("[");
      bytes = 2;
    }

    List<String> finished() {
      if (open.length() > 1) {
        close();
      }
      return full;
    }
  }
}
