package io.muster.endpointfloor;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.muster.ingest.endpoint.DeviceEndpoint;
import io.muster.ingest.endpoint.EndpointConfig;
import io.muster.ingest.endpoint.EndpointPorts;
import io.muster.ingest.sessions.ReplicaIdentity;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/**
 * The device endpoint with nothing behind it: whoever connects is let in, whatever is published is
 * acknowledged at once and dropped. For measuring what the endpoint itself costs; it keeps nobody
 * out and nothing safe. Configured by the environment, as ingest-service: {@code
 * MUSTER_ENDPOINT_…}.
 */
public final class EndpointFloorMain {
  private static final int CONVERTER_PRIORITY = 200;
  private static final int ENVIRONMENT_ORDINAL = 300;

  private EndpointFloorMain() {}

  /** Runs until the process is told to stop. */
  public static void main(String... arguments) throws InterruptedException {
    var endpoint = new DeviceEndpoint(config(System.getenv()), ports(meters()));
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  endpoint.stop();
                  stopped.countDown();
                },
                "endpoint-shutdown"));
    prepareContextPropagation();
    endpoint.start();
    stopped.await();
  }

  /** It makes itself at its first use, which fails when two event loops are the first at once. */
  private static void prepareContextPropagation() {
    Uni.createFrom().voidItem().subscribe().with(nothing -> {});
  }

  static EndpointPorts ports(MeterRegistry meters) {
    return new EndpointPorts(
        new DroppingIntake(),
        new OpenAccess(),
        new ForgetfulSessions(),
        new ReplicaIdentity("floor", UUID.randomUUID()),
        meters,
        OpenTelemetry.noop().getTracer("floor"),
        Clock.systemUTC());
  }

  /** The kind of meters that ingest-service has: counting is part of what is measured. */
  @SuppressWarnings("deprecation") // it is the one that Quarkus brings
  private static MeterRegistry meters() {
    return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  }

  static EndpointConfig config(Map<String, String> environment) {
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, CONVERTER_PRIORITY, new DurationConverter())
        .withMapping(EndpointConfig.class)
        .withSources(new EnvConfigSource(environment, ENVIRONMENT_ORDINAL))
        .build()
        .getConfigMapping(EndpointConfig.class);
  }
}
