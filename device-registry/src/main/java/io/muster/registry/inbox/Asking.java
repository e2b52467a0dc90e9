package io.muster.registry.inbox;

import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.SessionPage;
import io.muster.contract.id.ServiceName;
import io.muster.rest.client.Neighbour;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.NeighbourLimits;
import io.muster.rest.client.ServiceToken;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.vertx.mutiny.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** How a service is asked for pages of its log, and ingest for who is connected. */
@RegisterForReflection(
    targets = {
      EventPage.class,
      OutboxEvent.class,
      SessionPage.class,
      ConnectedSession.class,
      ConnectedSession.Hearing.class
    })
final class Asking {
  /** One follows a log, one page after the other; a page that came too late may still be going. */
  private static final int PAGES_AT_A_TIME = 5;

  private Asking() {}

  /**
   * @return to be closed by whoever asks
   */
  static Neighbour of(
      ServiceName name, URI url, Vertx vertx, InboxConfig config, Optional<Path> caFile) {
    var limits =
        new NeighbourLimits(
            caFile, config.timeout(), config.timeout(), PAGES_AT_A_TIME, PAGES_AT_A_TIME);
    var token = new ServiceToken(config.serviceTokenFile(), NeighbourAwayException::new);
    return new Neighbour(name.value(), url, vertx, limits, token);
  }
}
