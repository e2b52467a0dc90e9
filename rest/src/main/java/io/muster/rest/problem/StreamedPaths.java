package io.muster.rest.problem;

import io.muster.rest.requests.RequestsConfig;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which requests have bodies without an end in sight, which are read as streams. Thread-safe. */
@ApplicationScoped
class StreamedPaths {
  private final Optional<Pattern> paths;

  StreamedPaths(RequestsConfig limits) {
    this.paths = limits.streamedPaths().map(Pattern::compile);
  }

  boolean matches(HttpServerRequest request) {
    var path = request.path();
    return path != null && paths.filter(it -> it.matcher(path).matches()).isPresent();
  }
}
