package io.muster.command.neighbours;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ConnectedSession;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.event.SessionEvent;
import io.muster.contract.event.SessionPage;
import io.muster.contract.event.SubscribedEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.message.UserProperties;
import io.muster.contract.registry.DeletedTenants;
import io.muster.contract.registry.DeviceView;
import io.muster.rest.client.Neighbour;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.RefusedQuestionException;
import io.muster.rest.client.ServiceToken;
import io.muster.rest.sessions.SessionsAt;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The services that this one asks: the registry what there is, both what happened. Thread-safe. */
@ApplicationScoped
@RegisterForReflection(
    targets = {
      CloudEvent.class,
      ConnectedSession.class,
      ConnectedSession.Hearing.class,
      DeliveredEvent.class,
      DeletedTenants.class,
      DeviceAddress.class,
      DeviceView.class,
      EventPage.class,
      OutboxEvent.class,
      RegistryEvent.DeviceDeleted.class,
      SessionEvent.class,
      SessionPage.class,
      SubscribedEvent.class,
      UserProperties.class
    })
public class Neighbours {
  private final Neighbour registry;
  private final Neighbour ingest;

  Neighbours(Vertx vertx, NeighboursConfig config) {
    var token = new ServiceToken(config.serviceTokenFile(), NeighbourAwayException::new);
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

  /**
   * The first devices of a tenant that fit a filter, in the order of their ids; none of a tenant
   * that there is not.
   *
   * @param filter in the registry's language
   * @param most how many are wanted
   * @return fails with {@link NeighbourAwayException} when it does not say, with {@link
   *     RefusedQuestionException} when the filter is none
   */
  public Uni<List<DeviceId>> devices(TenantId tenant, String filter, int most) {
    var query = URLEncoder.encode(filter, StandardCharsets.UTF_8);
    return registry
        .firstLines("/internal/v1/tenants/" + tenant + "/devices?filter=" + query, most)
        .map(lines -> lines.stream().map(line -> read(line).device().device()).toList());
  }

  private static DeviceView read(String line) {
    try {
      return ContractJson.mapper().readValue(line, DeviceView.class);
    } catch (JsonProcessingException | IllegalArgumentException malformed) {
      throw new NeighbourAwayException("registry answered something else than devices");
    }
  }

  /** A page of the tenants that were deleted. */
  public Uni<DeletedTenants> deletedTenants(long after, int limit) {
    return registry.getExisting(
        "/internal/v1/deleted-tenants?after=" + after + "&limit=" + limit, DeletedTenants.class);
  }

  /** A page of the registry's log. */
  public Uni<EventPage> registryEvents(long after, int limit) {
    return registry.events(after, limit);
  }

  /** A page of ingest's log. */
  public Uni<EventPage> ingestEvents(long after, int limit) {
    return ingest.events(after, limit);
  }

  /**
   * A page of who is connected at ingest.
   *
   * @param after the last page's {@code next}; empty at the beginning
   */
  public Uni<SessionPage> connectedSessions(String after, int limit) {
    return new SessionsAt(ingest).page(after, limit);
  }

  @PreDestroy
  void close() {
    registry.close();
    ingest.close();
  }
}
