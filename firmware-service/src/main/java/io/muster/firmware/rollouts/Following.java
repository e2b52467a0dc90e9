package io.muster.firmware.rollouts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.TenantId;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Follows rollouts as they go on, at whichever instance. Each event is read when the client has
 * taken the one before, so nothing waits for a slow one; those who follow the same rollout share
 * what was read a moment ago. Thread-safe.
 */
@ApplicationScoped
@Startup
class Following {
  private static final Set<String> BUSY = Set.of("given", "unconfirmed", "running", "cancelling");

  private final RolloutReader reader;
  private final ObjectMapper json;
  private final RolloutsConfig config;
  private final AtomicInteger clients = new AtomicInteger();
  private final ConcurrentHashMap<Which, Look> looks = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Following(RolloutReader reader, ObjectMapper json, RolloutsConfig config, MeterRegistry meters) {
    this.reader = reader;
    this.json = json;
    this.config = config;
    Gauge.builder("muster.firmware.rollout.followers", clients, AtomicInteger::get)
        .description("Clients that follow a rollout at this instance")
        .register(meters);
  }

  private record Which(TenantId tenant, UUID id) {}

  /** What was read when, and how long that took: it is read less often where that is long. */
  private record Look(RolloutView view, long atNanos, long tookNanos) {
    private static final int SHARE = 4;

    boolean isFresh(long nanos, long everyNanos) {
      return nanos - atNanos < Math.max(everyNanos, SHARE * tookNanos) / 2;
    }

    long restNanos(long everyNanos) {
      return Math.max(everyNanos, SHARE * tookNanos);
    }
  }

  /**
   * An event.
   *
   * @param name {@code state} or {@code end}; null for a comment that only keeps the connection
   *     alive
   * @param data JSON
   */
  record Event(String name, String data) {
    static final Event KEEP_ALIVE = new Event(null, "");

    static Event end(String reason) {
      return new Event("end", "{\"reason\":\"" + reason + "\"}");
    }

    boolean isEnd() {
      return "end".equals(name);
    }
  }

  @PreDestroy
  void close() {
    threads.shutdownNow();
  }

  /**
   * The rollout as it is, then as it becomes, then why the events end. Waits.
   *
   * @param atMost after which they end
   * @throws io.muster.rest.problem.RefusedException (404) when there is no such rollout, (429) when
   *     as many clients as allowed follow
   */
  Multi<Event> follow(TenantId tenant, UUID id, Duration atMost) {
    // Refused here and now, or not at all: the headers go out before the first event is asked for.
    reader.require(tenant, id);
    if (clients.incrementAndGet() > config.followers()) {
      clients.decrementAndGet();
      throw new Refusal.LimitReached("clients that follow a rollout", config.followers())
          .asException();
    }
    var which = new Which(tenant, id);
    return Multi.createBy()
        .repeating()
        .uni(() -> new Follower(which, System.nanoTime() + atMost.toNanos()), this::next)
        .whilst(event -> !event.isEnd())
        .onTermination()
        .invoke(
            () -> {
              clients.decrementAndGet();
              looks.remove(which);
            });
  }

  private Uni<Event> next(Follower follower) {
    return Uni.createFrom().item(follower::next).runSubscriptionOn(threads);
  }

  private Look look(Which which) {
    var every = config.followEvery().toNanos();
    return looks.compute(
        which,
        (_, known) ->
            known != null && known.isFresh(System.nanoTime(), every) ? known : read(which));
  }

  private Look read(Which which) {
    var begin = System.nanoTime();
    var view = reader.readBriefly(which.tenant(), which.id());
    var end = System.nanoTime();
    return new Look(view, end, end - begin);
  }

  /** What one client has seen. Its events are asked for one after the other. */
  private final class Follower {
    private final Which which;
    private final long endNanos;
    private RolloutView seen;

    private Follower(Which which, long endNanos) {
      this.which = which;
      this.endNanos = endNanos;
    }

    private Event next() {
      if (seen != null && isOver(seen)) {
        return Event.end("ended");
      }
      var quietUntilNanos = System.nanoTime() + config.keepAlive().toNanos();
      while (true) {
        var look = look(which);
        var plain = look.view().withoutTime();
        if (!plain.equals(seen)) {
          seen = plain;
          return new Event("state", text(look.view()));
        }
        var now = System.nanoTime();
        if (now - endNanos >= 0) {
          return Event.end("token-expired");
        }
        if (now - quietUntilNanos >= 0) {
          return Event.KEEP_ALIVE;
        }
        var pause = look.restNanos(config.followEvery().toNanos());
        rest(Math.min(pause, Math.max(1, endNanos - now)));
      }
    }

    /** Nothing follows: it has ended, and no device is at it any more. */
    private static boolean isOver(RolloutView view) {
      return RolloutState.of(view.state()).isFinal()
          && view.counts().keySet().stream().noneMatch(it -> BUSY.contains(it));
    }

    private static void rest(long nanos) {
      try {
        TimeUnit.NANOSECONDS.sleep(nanos);
      } catch (InterruptedException ending) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("the service ends", ending);
      }
    }

    private String text(RolloutView view) {
      try {
        return json.writeValueAsString(view);
      } catch (JsonProcessingException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }
}
