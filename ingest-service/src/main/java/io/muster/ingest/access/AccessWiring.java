package io.muster.ingest.access;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import io.muster.contract.message.UserProperties;
import io.muster.contract.registry.ActivityReport;
import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeletedTenants;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** Puts access together, and begins and ends it with the service. */
@Singleton
@RegisterForReflection(
    targets = {
      CloudEvent.class,
      EventPage.class,
      OutboxEvent.class,
      UserProperties.class,
      RegistryEvent.DeviceCreated.class,
      RegistryEvent.DeviceUpdated.class,
      RegistryEvent.DeviceDisabled.class,
      RegistryEvent.DeviceDeleted.class,
      RegistryEvent.CredentialRevoked.class,
      RegistryEvent.TenantDeleted.class,
      RegistryEvent.TenantSuspended.class,
      RegistryEvent.TenantUpdated.class,
      RegistryEvent.TokenKeyWithdrawn.class,
      ClaimRequest.class,
      ClaimAnswer.Allowed.class,
      ClaimAnswer.Denied.class,
      ProvisionRequest.class,
      ProvisionReply.class,
      CredentialProof.Secret.class,
      CredentialProof.Token.class,
      CredentialProof.Certificate.class,
      ActivityReport.class,
      ActivityReport.Heard.class,
      DeletedTenants.class,
      DeviceLimits.class,
      DeviceView.class,
      VerifyAnswer.Allowed.class,
      VerifyAnswer.Denied.class,
      VerifyAnswer.IssuedToken.class,
      DeviceScope.class,
      VerifyRequest.class
    })
class AccessWiring {

  @Produces
  @Singleton
  RegistryAccess access(
      GuardedRegistryClient registry, AccessConfig config, MeterRegistry meters, Clock clock) {
    var access =
        new RegistryAccess(
            registry, config, new AccessMetrics(meters), clock, Ticker.systemTicker());
    Gauge.builder("muster.access.log.age", access, known -> ageSeconds(known, clock))
        .baseUnit("seconds")
        .description("How long ago all withdrawals were known; NaN before the first time")
        .register(meters);
    return access;
  }

  private static double ageSeconds(RegistryAccess access, Clock clock) {
    return access
        .upToDateAt()
        .map(at -> Duration.between(at, clock.instant()).toMillis() / 1_000.0)
        .orElse(Double.NaN);
  }

  void close(@Disposes RegistryAccess access) {
    access.close();
  }

  void start(@Observes StartupEvent started, RegistryAccess access) {
    access.start();
  }
}
