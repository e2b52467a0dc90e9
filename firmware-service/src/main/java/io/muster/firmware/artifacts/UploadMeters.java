package io.muster.firmware.artifacts;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;

/** Measures what uploads are under way. Stateless. */
@Startup
@ApplicationScoped
class UploadMeters {
  UploadMeters(Intake intake, MeterRegistry meters) {
    Gauge.builder("muster.firmware.uploads.open", intake, Intake::underWay)
        .description("Uploads whose bytes come to this instance just now")
        .register(meters);
  }
}
