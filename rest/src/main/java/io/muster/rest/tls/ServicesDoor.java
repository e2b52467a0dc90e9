package io.muster.rest.tls;

import io.muster.rest.problem.EarlyAnswer;
import io.muster.rest.problem.Refusal;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.ClientAuth;
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
  /** After RequestGate, so that there are no tricks in a path. */
  private static final int PRIORITY = 900;

  private static final String INTERNAL = "/internal";

  private final ServicesConfig config;
  private final EarlyAnswer answer;

  ServicesDoor(ServicesConfig config, EarlyAnswer answer) {
    this.config = config;
    this.answer = answer;
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
    if (refuses(context)) {
      answer.refuse(
          context,
          new Refusal.Forbidden("This interface is for services, which show a certificate."));
    } else {
      context.next();
    }
  }

  /** By the path that resources are found by: {@code //internal} is the same one there. */
  static boolean refuses(RoutingContext context) {
    return isInternal(context.normalizedPath()) && !showsACertificate(context.request());
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
}
