package io.muster.ingest.endpoint;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.access.ProvisioningAccess;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.sessions.ReplicaIdentity;
import io.muster.ingest.sessions.Sessions;
import io.opentelemetry.api.trace.Tracer;
import java.time.Clock;

/** What the endpoint needs of the rest of the service. */
public record EndpointPorts(
    Intake intake,
    DeviceAccess access,
    ProvisioningAccess provisioning,
    Sessions sessions,
    ReplicaIdentity replica,
    MeterRegistry meters,
    Tracer tracer,
    Clock clock) {

  /** Of an endpoint that provisions nobody. */
  public EndpointPorts(
      Intake intake,
      DeviceAccess access,
      Sessions sessions,
      ReplicaIdentity replica,
      MeterRegistry meters,
      Tracer tracer,
      Clock clock) {
    this(intake, access, ProvisioningAccess.NONE, sessions, replica, meters, tracer, clock);
  }
}
