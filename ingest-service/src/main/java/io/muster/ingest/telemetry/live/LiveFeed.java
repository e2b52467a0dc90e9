package io.muster.ingest.telemetry.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.ingest.notifications.Notifications;
import io.muster.ingest.telemetry.ReadingLookup;
import io.muster.ingest.telemetry.TelemetryConfig;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * The clients that follow at this instance. It tells all instances what they are interested in, and
 * hands on what those tell of it. Nothing is kept: whoever needs every reading asks the query for
 * them. Thread-safe.
 */
@ApplicationScoped
@Startup
class LiveFeed {
  static final String INTEREST = "muster_live_interest";

  private static final Logger LOG = Logger.getLogger("io.muster.ingest.telemetry.live");
  private static final TypeReference<List<Told>> TOLD = new TypeReference<>() {};
  private static final int RENEWALS = 3;

  private final Notifications notifications;
  private final LiveTeller teller;
  private final ReadingLookup lookup;
  private final ObjectMapper json;
  private final TelemetryConfig.Live config;
  private final LiveShedding shedding;
  private final Vertx vertx;
  private final Map<Interest, Set<Follower>> followers = new ConcurrentHashMap<>();
  private final AtomicInteger clients = new AtomicInteger();
  private final Semaphore lookUps;

  LiveFeed(
      Notifications notifications,
      LiveTeller teller,
      ReadingLookup lookup,
      ObjectMapper json,
      TelemetryConfig config,
      LiveShedding shedding,
      MeterRegistry meters,
      Vertx vertx) {
    this.notifications = notifications;
    this.teller = teller;
    this.lookup = lookup;
    this.json = json;
    this.config = config.live();
    this.shedding = shedding;
    this.vertx = vertx;
    this.lookUps = new Semaphore(this.config.lookUps());
    Gauge.builder("muster.live.clients", clients, AtomicInteger::get)
        .description("Clients that follow telemetry at this instance")
        .register(meters);
    notifications.listen(LiveTeller.CHANNEL, this::heard, this::missed);
    notifications.listen(INTEREST, this::interested, this::renew);
    vertx.setPeriodic(
        Math.max(1, this.config.shedEvery().toMillis()), now -> shedding.of(followers.values()));
    vertx.setPeriodic(
        Math.max(1, this.config.interest().toMillis() / RENEWALS),
        now -> {
          renew();
          teller.interests().expire();
        });
    vertx.setPeriodic(
        Math.max(1, this.config.keepAlive().toMillis()), now -> toAll(LiveEvent.KEEP_ALIVE));
  }

  /**
   * Follows a device or a tenant.
   *
   * @param atMost after which the feed ends
   * @throws io.muster.rest.problem.RefusedException when as many clients as allowed follow, or
   *     under pressure
   */
  Multi<LiveEvent> follow(Interest interest, Duration atMost) {
    shedding.requireCalm();
    if (clients.incrementAndGet() > config.clients()) {
      clients.decrementAndGet();
      throw new Refusal.LimitReached("live-feed clients", config.clients()).asException();
    }
    var follower = new Follower(interest, config.bufferReadings(), config.bufferBytes());
    var expiry =
        vertx.setTimer(Math.max(1, atMost.toMillis()), now -> follower.end("token-expired"));
    return follower
        .events(() -> begin(follower))
        .onTermination()
        .invoke(
            () -> {
              vertx.cancelTimer(expiry);
              unfollow(follower);
            });
  }

  private void begin(Follower follower) {
    followers.compute(
        follower.interest(),
        (interest, others) -> {
          var all = others == null ? ConcurrentHashMap.<Follower>newKeySet() : others;
          all.add(follower);
          return all;
        });
    tellInterest(List.of(follower.interest()));
  }

  private void unfollow(Follower follower) {
    clients.decrementAndGet();
    followers.computeIfPresent(
        follower.interest(),
        (interest, others) -> {
          others.remove(follower);
          return others.isEmpty() ? null : others;
        });
  }

  /** Somebody follows, here or elsewhere. */
  private void interested(String payload) {
    try {
      for (var interest : json.readValue(payload, Interest[].class)) {
        teller.interests().add(interest, config.interest());
        followers.getOrDefault(interest, Set.of()).forEach(Follower::open);
      }
    } catch (JsonProcessingException fromAnotherVersion) {
      LOG.debugf("An interest is not understood: %s", payload);
    }
  }

  private void renew() {
    tellInterest(List.copyOf(followers.keySet()));
  }

  /** Whoever hears it tells of what is stored from then on; so does this instance. */
  private void tellInterest(List<Interest> interests) {
    if (interests.isEmpty()) {
      return;
    }
    var payloads = interests.stream().map(interest -> "[" + text(interest) + "]").toList();
    notifications
        .tell(INTEREST, payloads)
        .subscribe()
        .with(
            told -> {},
            away -> LOG.debugf("The live feed's interest was not told: %s", away.getMessage()));
  }

  private void heard(String payload) {
    if (followers.isEmpty()) {
      return;
    }
    try {
      json.readValue(payload, TOLD).forEach(this::heard);
    } catch (JsonProcessingException fromAnotherVersion) {
      LOG.debug("A live reading is not understood");
    }
  }

  private void heard(Told told) {
    if (told.skipped() != null) {
      followers.forEach(
          (interest, some) -> {
            if (interest.tenant().equals(told.tenant())) {
              some.forEach(follower -> follower.offer(LiveEvent.skipped(told.skipped())));
            }
          });
      return;
    }
    var interest = new Interest(told.tenant(), new DeviceId(told.device()));
    var ofDevice = followers.getOrDefault(interest, Set.of());
    var ofTenant = followers.getOrDefault(interest.inAll(), Set.of());
    if (ofDevice.isEmpty() && ofTenant.isEmpty()) {
      return;
    }
    if (told.values() != null) {
      pass(told, told.values(), ofDevice, ofTenant);
    } else {
      lookUp(told, interest.device(), ofDevice, ofTenant);
    }
  }

  /** Some at a time, since each may be as large as a message: the others are a gap. */
  private void lookUp(Told told, DeviceId device, Set<Follower> ofDevice, Set<Follower> ofTenant) {
    if (!lookUps.tryAcquire()) {
      offer(LiveEvent.skipped(1), ofDevice, ofTenant);
      return;
    }
    lookup
        .values(new DeviceAddress(told.tenant(), device), told.time(), told.hash())
        .onTermination()
        .invoke(lookUps::release)
        .subscribe()
        .with(
            values -> pass(told, values, ofDevice, ofTenant),
            away -> {
              LOG.debugf("A live reading was not read: %s", away.getMessage());
              offer(LiveEvent.skipped(1), ofDevice, ofTenant);
            });
  }

  private void pass(
      Told told, Map<String, Object> values, Set<Follower> ofDevice, Set<Follower> ofTenant) {
    if (values == null) {
      return;
    }
    var shown = new LinkedHashMap<String, Object>();
    shown.put("device", told.device());
    shown.put("time", told.time());
    shown.put("values", values);
    offer(new LiveEvent("reading", text(shown)), ofDevice, ofTenant);
  }

  private static void offer(LiveEvent event, Set<Follower> ofDevice, Set<Follower> ofTenant) {
    ofDevice.forEach(follower -> follower.offer(event));
    ofTenant.forEach(follower -> follower.offer(event));
  }

  /** The connection was away: what was told meanwhile is not known. */
  private void missed() {
    toAll(LiveEvent.CONNECTION_LOST);
  }

  private void toAll(LiveEvent event) {
    followers.values().forEach(some -> some.forEach(follower -> follower.offer(event)));
  }

  private String text(Object value) {
    try {
      return json.writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
