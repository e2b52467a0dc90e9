package io.muster.firmware.download;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Counts the bytes of artifacts that went out. Those of answers that were sent to their end: how
 * much of a file the kernel had sent when a line broke is not told. Thread-safe.
 */
@ApplicationScoped
class DownloadedBytes {
  /** After those that refuse. */
  private static final int PRIORITY = 500;

  private final Counter bytes;

  DownloadedBytes(MeterRegistry meters) {
    bytes =
        Counter.builder("muster.firmware.downloaded")
            .baseUnit("bytes")
            .description("Bytes of artifacts in answers that were sent to their end")
            .register(meters);
  }

  void register(@Observes Filters filters) {
    filters.register(this::follow, PRIORITY);
  }

  private void follow(RoutingContext context) {
    context.addEndHandler(
        over -> {
          var response = context.response();
          // Downloads alone have this header.
          if (over.succeeded() && response.headers().contains(HttpHeaders.ACCEPT_RANGES)) {
            bytes.increment(response.bytesWritten());
          }
        });
    context.next();
  }
}
