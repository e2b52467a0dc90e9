package io.muster.ingest.endpoint.down;

import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.endpoint.EndpointConfig;
import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.observe.EndpointMetrics;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.sessions.Sessions;
import java.time.Clock;

/** What the downward parts of all connections share. */
public record DownSupport(
    Intake intake,
    DeviceAccess access,
    Sessions sessions,
    ConnectionIndex index,
    ByteBudget budget,
    EndpointMetrics metrics,
    Clock clock,
    EndpointConfig.Down config) {}
