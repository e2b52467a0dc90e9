package io.muster.ingest.telemetry;

import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Chooses between a page and the exports by Accept: JSON for who takes anything. Of methods that
 * differ in what they produce the framework would take whichever it met first, which might be an
 * export of everything.
 */
class TelemetryForm {
  private static final String TELEMETRY = "/telemetry";
  private static final List<MediaType> FORMS =
      List.of(
          MediaType.APPLICATION_JSON_TYPE,
          MediaType.valueOf(NdjsonLines.MEDIA_TYPE),
          MediaType.valueOf(CsvLines.MEDIA_TYPE));

  @ServerRequestFilter(preMatching = true)
  void choose(ContainerRequestContext request) {
    if (request.getUriInfo().getPath().endsWith(TELEMETRY)) {
      request.getHeaders().putSingle(HttpHeaders.ACCEPT, form(request.getAcceptableMediaTypes()));
    }
  }

  /**
   * @param accepted the best first
   */
  private static String form(List<MediaType> accepted) {
    return accepted.stream()
        .flatMap(type -> FORMS.stream().filter(type::isCompatible))
        .findFirst()
        .orElseThrow(NotAcceptableException::new)
        .toString();
  }
}
