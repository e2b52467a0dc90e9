package io.muster.ingest.endpoint.up;

import io.muster.ingest.endpoint.EndpointConfig;
import io.muster.ingest.endpoint.limits.ByteBudget;
import io.muster.ingest.endpoint.observe.EndpointMetrics;
import io.muster.ingest.endpoint.observe.PublishTracing;
import io.muster.ingest.heard.HeardDevices;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.sessions.Sessions;
import java.time.Clock;

/** What the upward parts of all connections share. */
public record UpSupport(
    Intake intake,
    Sessions sessions,
    ByteBudget budget,
    EndpointMetrics metrics,
    PublishTracing tracing,
    Clock clock,
    EndpointConfig.Up config,
    HeardDevices heard) {

  /** One that remembers nobody who is heard through a gateway. */
  public UpSupport(
      Intake intake,
      Sessions sessions,
      ByteBudget budget,
      EndpointMetrics metrics,
      PublishTracing tracing,
      Clock clock,
      EndpointConfig.Up config) {
    this(intake, sessions, budget, metrics, tracing, clock, config, new HeardDevices(0));
  }
}
