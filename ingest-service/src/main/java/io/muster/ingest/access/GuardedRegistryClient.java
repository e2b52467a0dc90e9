package io.muster.ingest.access;

import io.muster.contract.event.EventPage;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.ActivityReport;
import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.contract.registry.DeletedTenants;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;

/**
 * The registry's client with a circuit breaker: a registry that answers nothing is left alone for a
 * second at a time instead of having every client wait for its timeout. Time, concurrency and queue
 * are bounded by {@link HttpRegistryClient}. The log is read without a breaker, since it has a pace
 * of its own.
 */
@ApplicationScoped
class GuardedRegistryClient
    implements RegistryClient, ProvisioningAccess, ActivitySink, DeletedTenantsSource {
  private final HttpRegistryClient client;

  GuardedRegistryClient(Vertx vertx, AccessConfig config) {
    this.client = new HttpRegistryClient(vertx, config);
  }

  @Override
  @CircuitBreaker(
      requestVolumeThreshold = 20,
      failureRatio = 0.75,
      delay = 1,
      delayUnit = ChronoUnit.SECONDS,
      successThreshold = 3)
  public Uni<VerifyAnswer> verify(VerifyRequest request) {
    return client.verify(request);
  }

  @Override
  @CircuitBreaker(
      requestVolumeThreshold = 20,
      failureRatio = 0.75,
      delay = 1,
      delayUnit = ChronoUnit.SECONDS,
      successThreshold = 3)
  public Uni<Optional<DeviceView>> device(DeviceAddress device) {
    return client.device(device);
  }

  @Override
  @CircuitBreaker(
      requestVolumeThreshold = 20,
      failureRatio = 0.75,
      delay = 1,
      delayUnit = ChronoUnit.SECONDS,
      successThreshold = 3)
  public Uni<ClaimAnswer> claim(ClaimRequest request) {
    return client.claim(request);
  }

  @Override
  @CircuitBreaker(
      requestVolumeThreshold = 20,
      failureRatio = 0.75,
      delay = 1,
      delayUnit = ChronoUnit.SECONDS,
      successThreshold = 3)
  public Uni<ProvisionReply> provision(ProvisionRequest request) {
    return client.provision(request);
  }

  @Override
  public Uni<EventPage> events(long after, int limit) {
    return client.events(after, limit);
  }

  /** Without a breaker, since it has a pace of its own. */
  @Override
  public Uni<Boolean> report(ActivityReport report) {
    return client.report(report);
  }

  /** Without a breaker, since it has a pace of its own. */
  @Override
  public Uni<DeletedTenants> deletedTenants(long after, int limit) {
    return client.deletedTenants(after, limit);
  }

  @PreDestroy
  void close() {
    client.close();
  }
}
