package io.muster.command.neighbours;

import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.message.UserProperties;
import io.muster.contract.registry.DeviceView;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;

/** The services that this one asks: the registry what there is, both what happened. Thread-safe. */
@ApplicationScoped
@RegisterForReflection(
    targets = {
      CloudEvent.class,
      DeliveredEvent.class,
      DeviceAddress.class,
      DeviceView.class,
      EventPage.class,
      OutboxEvent.class,
      RegistryEvent.DeviceDeleted.class,
      SessionEvent.class,
      SubscribedEvent.class,
      UserProperties.class
    })
public class Neighbours {
  private final Neighbour registry;
  private final Neighbour ingest;

  Neighbours(Vertx vertx, NeighboursConfig config) {
    var token = new ServiceToken(config.serviceTokenFile());
    this.registry = new Neighbour("registry", config.registryUrl(), vertx, config, token);
    this.ingest = new Neighbour("ingest", config.ingestUrl(), vertx, config, token);
  }

  /**
   * Whether the registry has the device.
   *
   * @return fails with {@link NeighbourAwayException} when it does not say
   */
  public Uni<Boolean> exists(DeviceAddress device) {
    // Tenants and devices have no character that a path would have to escape.
    var path = "/internal/v1/tenants/" + device.tenant() + "/devices/" + device.device();
    return registry.get(path, DeviceView.class).map(found -> found.isPresent());
  }

  /** A page of the registry's log. */
  public Uni<EventPage> registryEvents(long after, int limit) {
    return registry.events(after, limit);
  }

  /** A page of ingest's log. */
  public Uni<EventPage> ingestEvents(long after, int limit) {
    return ingest.events(after, limit);
  }

  @PreDestroy
  void close() {
    registry.close();
    ingest.close();
  }
}
