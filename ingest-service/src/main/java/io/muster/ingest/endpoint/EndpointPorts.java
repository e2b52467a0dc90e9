package io.muster.ingest.endpoint;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.sessions.ReplicaIdentity;
import io.muster.ingest.sessions.Sessions;
import io.opentelemetry.api.trace.Tracer;
import java.time.Clock;

/** What the endpoint needs of the rest of the service. */
public record EndpointPorts(
    Intake intake,
    DeviceAccess access,
    Sessions sessions,
    ReplicaIdentity replica,
    MeterRegistry meters,
    Tracer tracer,
    Clock clock) {}
