package io.muster.ingest.uplink;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionsRetold;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkState;
import io.muster.contract.message.UserProperties;
import io.muster.ingest.relay.NumberedLog;
import io.muster.ingest.relay.RelayConfig;
import io.muster.outbox.EventFollower;
import io.muster.outbox.OutboxLog;
import io.muster.outbox.TimedPool;
import io.muster.rest.client.Neighbour;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.ServiceToken;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.interceptor.Interceptor;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** At an edge: hands this site's log to the hub, in whichever instance numbers it. Thread-safe. */
@ApplicationScoped
@RegisterForReflection(
    targets = {
      OutboxEvent.class,
      SessionsRetold.class,
      UplinkBatch.class,
      UplinkBatch.Beginning.class,
      UplinkState.class,
      UserProperties.class
    })
class Uplink {
  private final UplinkConfig config;
  private final Optional<String> site;
  private final NumberedLog numbered;
  private final TimedPool pool;
  private final OutboxLog log;
  private final Clock clock;
  private final Vertx vertx;
  private final UplinkCounts counts;
  private final MeterRegistry meters;
  private volatile Following following;
  private volatile long waiting;

  /** What there is while there is a hub. */
  private record Following(EventFollower follower, Neighbour hub, Instant since) {}

  Uplink(
      UplinkConfig config,
      RelayConfig relay,
      NumberedLog numbered,
      Pool pool,
      Clock clock,
      Vertx vertx,
      MeterRegistry meters) {
    this.config = config;
    this.site = relay.site();
    this.numbered = numbered;
    this.pool = new TimedPool(pool, relay.databaseTimeout());
    this.log = new OutboxLog(pool);
    this.clock = clock;
    this.vertx = vertx;
    this.meters = meters;
    this.counts = new UplinkCounts(meters);
  }

  /** Before the log's publisher, which would begin with the broker. */
  void start(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) StartupEvent started) {
    meter();
    config.url().ifPresent(this::start);
  }

  private void start(URI hubUrl) {
    var name =
        site.orElseThrow(
            () -> new IllegalStateException("with muster.uplink.url goes muster.relay.site"));
    var token = new ServiceToken(config.serviceTokenFile(), NeighbourAwayException::new);
    var hub = new Neighbour("the hub's ingest", hubUrl, vertx, config, token);
    var effects =
        new UplinkEffects(pool, log, new HttpHubLink(hub, name), Retelling.of(name, clock), counts);
    var follower =
        new EventFollower(
            new EventFollower.Settings(
                "this site, for its hub,",
                config.batchEntries(),
                config.pollInterval(),
                // The hub and the database have limits of their own within it.
                config.requestTimeout().multipliedBy(4),
                config.maxBackoff()),
            this::page,
            effects,
            () -> Uni.createFrom().item(numbered.isMine()),
            clock);
    following = new Following(follower, hub, clock.instant());
    numbered.follow(follower::wakeUp);
    follower.start();
  }

  private Uni<EventPage> page(long after, int limit) {
    return pool.use(UplinkTable::last)
        .invoke(last -> waiting = Math.max(0, last - after))
        .chain(() -> log.page(after, limit, config.batchBytes()))
        .map(page -> BatchSize.within(page, config.batchBytes()));
  }

  private void meter() {
    Gauge.builder("muster.uplink.behind", this, it -> it.behind().toMillis() / 1000.0)
        .baseUnit("seconds")
        .description(
            "For how long the hub has not had all of the log; 0 where another replica does")
        .register(meters);
    Gauge.builder("muster.uplink.waiting.messages", this, Uplink::waiting)
        .description("Entries of the log that the hub does not have; 0 where another replica tells")
        .register(meters);
  }

  /** For how long the hub has not had all that the log held. */
  Duration behind() {
    var now = following;
    return now == null || !numbered.isMine()
        ? Duration.ZERO
        : Duration.between(now.follower.upToDateAt().orElse(now.since), clock.instant());
  }

  private double waiting() {
    return numbered.isMine() ? waiting : 0;
  }

  /** How long it has shown no sign of life; zero without a hub. */
  Duration silence() {
    var now = following;
    return now == null ? Duration.ZERO : now.follower.silence();
  }

  boolean isOn() {
    return following != null;
  }

  void stop(@Observes ShutdownEvent stopping) {
    var now = following;
    if (now != null) {
      now.follower.close();
      now.hub.close();
    }
  }
}
