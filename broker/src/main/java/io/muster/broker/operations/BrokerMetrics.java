package io.muster.broker.operations;

import com.codahale.metrics.MetricRegistry;
import io.muster.broker.accounts.Refusal;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.instrumentation.dropwizard.DropwizardExports;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * What the broker counts: who was let in and refused, beside all that HiveMQ and the JVM measure.
 * Labels have few values: names of services and reasons, never a client's or a topic's.
 * Thread-safe.
 */
public final class BrokerMetrics {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter accepted =
      Counter.builder()
          .name("muster_broker_connections_accepted_total")
          .help("Connections let in, by service")
          .labelNames("service")
          .register(registry);
  private final Counter refused =
      Counter.builder()
          .name("muster_broker_connections_refused_total")
          .help("Connections refused, by reason")
          .labelNames("reason")
          .register(registry);
  private final Counter topics =
      Counter.builder()
          .name("muster_broker_topics_refused_total")
          .help("Publishes and subscriptions refused, by operation")
          .labelNames("operation")
          .register(registry);

  public BrokerMetrics() {
    for (var reason : Refusal.values()) {
      refused.initLabelValues(reason.label());
    }
    topics.initLabelValues("publish");
    topics.initLabelValues("subscribe");
    JvmMetrics.builder().register(registry);
  }

  /** Adds what HiveMQ measures. */
  public void include(MetricRegistry hivemq) {
    DropwizardExports.builder().dropwizardRegistry(hivemq).register(registry);
  }

  /**
   * Tells from now on when the certificate that clients are shown ends, by the name that it has at
   * services.
   */
  public void certificateServed(Supplier<Instant> ends) {
    GaugeWithCallback.builder()
        .name("muster_service_certificate_expiry_seconds")
        .help("When the certificate ends that clients are shown, since 1970")
        .labelNames("of")
        .callback(gauge -> gauge.call(ends.get().getEpochSecond(), "server"))
        .register(registry);
  }

  public void connectionAccepted(String service) {
    accepted.labelValues(service).inc();
  }

  /**
   * @param reason a label of {@link Refusal}
   */
  public void connectionRefused(String reason) {
    refused.labelValues(reason).inc();
  }

  /**
   * @param operation {@code publish} or {@code subscribe}
   */
  public void topicRefused(String operation) {
    topics.labelValues(operation).inc();
  }

  PrometheusRegistry registry() {
    return registry;
  }
}
