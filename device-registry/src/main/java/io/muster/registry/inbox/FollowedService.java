package io.muster.registry.inbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.ServiceName;
import io.muster.outbox.EventFollower;
import io.muster.outbox.SharedEffects;
import io.muster.outbox.SharedFollower;
import io.muster.registry.events.Changes;
import io.muster.rest.client.Neighbour;
import io.vertx.mutiny.sqlclient.Pool;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** One service's log, followed while it is this instance's turn. Thread-safe. */
final class FollowedService {
  private static final String LABEL = "service";

  private final ServiceName name;
  private final Neighbour service;
  private final MeterRegistry meters;
  private final SharedFollower follower;

  /**
   * @param service is closed with this
   * @param handlers of this service's events
   */
  FollowedService(
      ServiceName name,
      Neighbour service,
      InboxConfig config,
      InboxConfig.Following following,
      Pool pool,
      Changes changes,
      Clock clock,
      MeterRegistry meters,
      List<InboxHandler> handlers) {
    this.name = name;
    this.service = service;
    this.meters = meters;
    var skipped = meters.counter("muster.registry.inbox.skipped", LABEL, name.value());
    var effects =
        new SharedEffects(
            pool,
            config.timeout(),
            name.value(),
            config.turn(),
            new InboxReader(handlers, skipped::increment));
    var settings =
        new EventFollower.Settings(
            name.value(),
            config.batch(),
            following.pollInterval(),
            // The database has its own limit within it.
            config.timeout().multipliedBy(2),
            config.maxBackoff());
    // What handlers said in a page's transaction goes out after its commit.
    this.follower = new SharedFollower(effects, settings, service::events, changes::tell, clock);
  }

  void start() {
    Gauge.builder("muster.registry.inbox.behind", () -> follower.behind().toMillis() / 1000.0)
        .baseUnit("seconds")
        .tag(LABEL, name.value())
        .register(meters);
    follower.start();
  }

  /** How long following has shown no sign of life. */
  Duration silence() {
    return follower.silence();
  }

  void stop() {
    follower.close();
    service.close();
  }
}
