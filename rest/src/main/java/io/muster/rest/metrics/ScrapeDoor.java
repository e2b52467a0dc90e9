package io.muster.rest.metrics;

import io.quarkus.micrometer.runtime.export.handlers.PrometheusHandler;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Optional;

/**
 * Reads {@code Accept} as Prometheus means it. It names every format that it knows, with weights;
 * the framework gives plain text to whoever names that at all, and so never an exemplar to
 * Prometheus, and nothing to whoever asks for OpenMetrics in other words than its own.
 */
@ApplicationScoped
class ScrapeDoor {
  /** After every other door, and the framework's own. */
  private static final int PRIORITY = 5;

  private static final String METRICS = "/q/metrics";

  private final PrometheusHandler metrics = new PrometheusHandler(false, Optional.empty());

  void register(@Observes Filters filters) {
    filters.register(this::serve, PRIORITY);
  }

  private void serve(RoutingContext context) {
    var request = context.request();
    var format =
        isScrape(request)
            ? ScrapeFormat.wanted(String.join(",", request.headers().getAll(HttpHeaders.ACCEPT)))
            : Optional.<ScrapeFormat>empty();
    if (format.isEmpty()) {
      context.next();
      return;
    }
    request.headers().set(HttpHeaders.ACCEPT, format.get().type());
    metrics.handle(context);
  }

  private static boolean isScrape(HttpServerRequest request) {
    return METRICS.equals(request.path()) && request.method().equals(HttpMethod.GET);
  }
}
