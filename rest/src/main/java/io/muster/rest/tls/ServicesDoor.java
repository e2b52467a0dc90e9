package io.muster.rest.tls;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.rest.problem.Problem;
import io.muster.rest.problem.Problems;
import io.muster.rest.problem.Refusal;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * With an authority for callers ({@code muster.services.client-authority}) {@code /internal} is for
 * those alone who show a certificate of it, beside their token. People, health and metrics are
 * asked for by others, who have none: the server asks for a certificate and does without one. One
 * of another authority ends the handshake.
 */
@ApplicationScoped
class ServicesDoor implements HttpServerOptionsCustomizer {
  /** After RequestGate, so that a path is in its plain form. */
  private static final int PRIORITY = 900;

  private static final String INTERNAL = "/internal";

  private final ServicesConfig config;
  private final Problems problems;
  private final ObjectMapper mapper;

  ServicesDoor(ServicesConfig config, Problems problems, ObjectMapper mapper) {
    this.config = config;
    this.problems = problems;
    this.mapper = mapper;
  }

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    config
        .clientAuthority()
        .ifPresent(
            authority ->
                options
                    .setClientAuth(ClientAuth.REQUEST)
                    .setTrustOptions(new PemTrustOptions().addCertPath(authority.toString())));
  }

  void register(@Observes Filters filters) {
    if (config.clientAuthority().isPresent()) {
      filters.register(this::check, PRIORITY);
    }
  }

  private void check(RoutingContext context) {
    if (!refuses(context.request())) {
      context.next();
      return;
    }
    var refusal =
        new Refusal.Forbidden("This interface is for services, which show a certificate.");
    var problem = problems.problemOf(refusal.asException());
    context
        .response()
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
        .end(json(problem));
  }

  static boolean refuses(HttpServerRequest request) {
    var path = request.path();
    return path != null && isInternal(path) && !showsACertificate(request);
  }

  private static boolean isInternal(String path) {
    return path.equals(INTERNAL) || path.startsWith(INTERNAL + "/");
  }

  /** Whatever is shown has been verified by the handshake. */
  private static boolean showsACertificate(HttpServerRequest request) {
    var session = request.sslSession();
    try {
      return session != null && session.getPeerCertificates().length > 0;
    } catch (SSLPeerUnverifiedException none) {
      return false;
    }
  }

  private Buffer json(Problem problem) {
    try {
      return Buffer.buffer(mapper.writeValueAsBytes(problem));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
