package io.muster.ingest.endpoint.tls;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** What there is to see of the server's certificate; there with TLS alone. Thread-safe. */
final class TlsMetrics {
  private final Counter reloads;
  private final Counter failures;

  /** In seconds since 1970. */
  private volatile double servedUntil = Double.NaN;

  TlsMetrics(MeterRegistry meters) {
    reloads = reloads(meters, "done");
    failures = reloads(meters, "failed");
    Gauge.builder("muster.endpoint.tls.certificate.expiry", this, it -> it.servedUntil)
        .baseUnit("seconds")
        .description("When the served certificate ends, in seconds since 1970")
        .register(meters);
  }

  void serves(ServerIdentity identity) {
    servedUntil = identity.notAfter().getEpochSecond();
  }

  void reloaded() {
    reloads.increment();
  }

  void failed() {
    failures.increment();
  }

  private static Counter reloads(MeterRegistry meters, String outcome) {
    return Counter.builder("muster.endpoint.tls.reloads")
        .description("Looks at new certificate files, by outcome")
        .tag("outcome", outcome)
        .register(meters);
  }
}
