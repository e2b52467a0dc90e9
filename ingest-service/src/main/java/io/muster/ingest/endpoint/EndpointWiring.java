package io.muster.ingest.endpoint;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.DeliveredEvent;
import io.muster.contract.event.SubscribedEvent;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.access.ProvisioningAccess;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.sessions.ReplicaIdentity;
import io.muster.ingest.sessions.Sessions;
import io.opentelemetry.api.trace.Tracer;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Puts the endpoint together, and begins and ends it with the service. */
@Singleton
@RegisterForReflection(targets = {DeliveredEvent.class, SubscribedEvent.class})
class EndpointWiring {
  /** After all that the endpoint needs has started. */
  private static final int LAST = 10_000;

  /** Before anything that the endpoint needs stops. */
  private static final int FIRST = 1;

  @Produces
  @Singleton
  DeviceEndpoint endpoint(
      EndpointConfig config,
      Intake intake,
      DeviceAccess access,
      ProvisioningAccess provisioning,
      Sessions sessions,
      ReplicaIdentity replica,
      MeterRegistry meters,
      Tracer tracer,
      Clock clock) {
    return new DeviceEndpoint(
        config,
        new EndpointPorts(intake, access, provisioning, sessions, replica, meters, tracer, clock));
  }

  void start(@Observes @Priority(LAST) StartupEvent started, DeviceEndpoint endpoint) {
    endpoint.start();
  }

  void stop(@Observes @Priority(FIRST) ShutdownEvent stopping, DeviceEndpoint endpoint) {
    endpoint.stop();
  }
}
