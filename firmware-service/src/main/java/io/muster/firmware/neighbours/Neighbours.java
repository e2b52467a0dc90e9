package io.muster.firmware.neighbours;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.message.UserProperties;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeletedTenants;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.rest.client.Neighbour;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.RefusedQuestionException;
import io.muster.rest.client.ServiceToken;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Registry and ingest, which this service asks what there is and what happened. Thread-safe. */
@ApplicationScoped
@RegisterForReflection(
    targets = {
      CloudEvent.class,
      CredentialProof.class,
      CredentialProof.Certificate.class,
      CredentialProof.Token.class,
      DeletedTenants.class,
      DeviceAddress.class,
      DeviceLimits.class,
      DeviceView.class,
      EventPage.class,
      OutboxEvent.class,
      RegistryEvent.DeviceDeleted.class,
      RegistryEvent.DeviceDisabled.class,
      RegistryEvent.DeviceUpdated.class,
      UserProperties.class,
      VerifyAnswer.class,
      VerifyAnswer.Allowed.class,
      VerifyAnswer.Denied.class,
      VerifyAnswer.IssuedToken.class,
      VerifyRequest.class
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
   * What the registry knows of a device.
   *
   * @return empty when there is none; fails with {@link NeighbourAwayException} when it does not
   *     say
   */
  public Uni<Optional<DeviceView>> device(DeviceAddress device) {
    // Tenants and devices have no character that a path would have to escape.
    return registry.get(devices(device.tenant()) + "/" + device.device(), DeviceView.class);
  }

  /** Whether a device may take part with what it shows; fails as {@link #device} does. */
  public Uni<VerifyAnswer> verify(VerifyRequest request) {
    return registry
        .post("/internal/v1/credentials/verify", request, VerifyAnswer.class)
        .map(
            answer ->
                answer.orElseThrow(() -> new NeighbourAwayException("registry answered 404")));
  }

  /**
   * The first devices that a filter finds, at most so many, in the order of their ids; none of a
   * tenant that there is not. Fails with {@link NeighbourAwayException} when the registry does not
   * say, with {@link RefusedQuestionException} when it does not understand the filter.
   */
  public Uni<List<DeviceView>> devices(TenantId tenant, String filter, int most) {
    var query = "?filter=" + URLEncoder.encode(filter, StandardCharsets.UTF_8);
    return registry
        .firstLines(devices(tenant) + query, most)
        .map(lines -> lines.stream().map(Neighbours::deviceView).toList());
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

  @PreDestroy
  void close() {
    registry.close();
    ingest.close();
  }

  private static String devices(TenantId tenant) {
    return "/internal/v1/tenants/" + tenant + "/devices";
  }

  private static DeviceView deviceView(String line) {
    try {
      return ContractJson.mapper().readValue(line, DeviceView.class);
    } catch (JsonProcessingException | IllegalArgumentException malformed) {
      throw new NeighbourAwayException("registry answered something else than was asked");
    }
  }
}
