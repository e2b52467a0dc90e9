package io.muster.ingest.endpoint.provisioning;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/** Counts what devices that are nobody yet were told. Thread-safe. */
public final class ProvisioningMetrics {
  private static final List<String> OUTCOMES =
      List.of("provisioned", "conflict", "limited", "refused", "unavailable");

  private final MeterRegistry meters;

  public ProvisioningMetrics(MeterRegistry meters) {
    this.meters = meters;
    OUTCOMES.forEach(this::counter);
  }

  /**
   * @param status as in HTTP
   */
  void answered(int status) {
    counter(outcome(status)).increment();
  }

  private static String outcome(int status) {
    return switch (status) {
      case 200 -> "provisioned";
      case 409 -> "conflict";
      case 429 -> "limited";
      default -> status >= 500 ? "unavailable" : "refused";
    };
  }

  private Counter counter(String outcome) {
    return Counter.builder("muster.endpoint.provisioning")
        .description("Answers to devices that asked to be provisioned")
        .tag("outcome", outcome)
        .register(meters);
  }
}
