package io.muster.registry.inbox;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.ServiceName;
import io.muster.registry.events.Changes;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Follows the logs of the other services for all handlers, each log in one of the instances, as far
 * as it is known where they are. Thread-safe.
 */
@ApplicationScoped
class Inbox {
  private static final Logger LOG = Logger.getLogger(Inbox.class);

  private final InboxConfig config;
  private final Vertx vertx;
  private final Pool pool;
  private final Changes changes;
  private final Clock clock;
  private final MeterRegistry meters;
  private final List<InboxHandler> handlers;
  private volatile List<FollowedService> followed = List.of();

  Inbox(
      InboxConfig config,
      Vertx vertx,
      Pool pool,
      Changes changes,
      Clock clock,
      MeterRegistry meters,
      @All List<InboxHandler> handlers) {
    this.config = config;
    this.vertx = vertx;
    this.pool = pool;
    this.changes = changes;
    this.clock = clock;
    this.meters = meters;
    this.handlers = List.copyOf(handlers);
  }

  void start(@Observes StartupEvent started) {
    List<FollowedService> found = new ArrayList<>();
    service(ServiceName.INGEST, config.ingestUrl(), config.ingest()).ifPresent(found::add);
    service(ServiceName.FIRMWARE, config.firmwareUrl(), config.firmware()).ifPresent(found::add);
    followed = List.copyOf(found);
    followed.forEach(FollowedService::start);
  }

  private Optional<FollowedService> service(
      ServiceName name, Optional<URI> url, InboxConfig.Following following) {
    if (url.isEmpty()) {
      LOG.infof("It is not said where %s is: its log is unread", name);
    }
    return url.map(
        it ->
            new FollowedService(
                name,
                Asking.of(name, it, vertx, config, following.caFile()),
                config,
                following,
                pool,
                changes,
                clock,
                meters,
                handlersOf(name)));
  }

  private List<InboxHandler> handlersOf(ServiceName name) {
    return handlers.stream().filter(handler -> handler.service().equals(name)).toList();
  }

  /** How long following has shown no sign of life; zero where nothing is followed. */
  Duration silence() {
    return followed.stream()
        .map(FollowedService::silence)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  void stop(@Observes ShutdownEvent stopping) {
    followed.forEach(FollowedService::stop);
  }
}
