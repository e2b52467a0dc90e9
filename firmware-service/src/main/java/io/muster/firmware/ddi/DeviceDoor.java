package io.muster.firmware.ddi;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.regex.Pattern;

/**
 * The port for devices over TLS. It asks for a certificate and does without one, and serves
 * hawkBit's API alone: what people, services and monitoring ask for is no business of the outside.
 */
@ApplicationScoped
class DeviceDoor implements HttpServerOptionsCustomizer {
  /** After RequestGate, so that a path is in its plain form. */
  private static final int PRIORITY = 900;

  private static final Pattern DEVICE_API = Pattern.compile("/[^/]+/controller/v1/.+");
  private static final int NOT_FOUND = 404;

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    options
        .setClientAuth(ClientAuth.REQUEST)
        .setTrustOptions(TrustOptions.wrap(new DeviceTrust()))
        // Clients of HTTP/2 would hold many requests on one connection, and none of them does.
        .setUseAlpn(false);
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, PRIORITY);
  }

  private void check(RoutingContext context) {
    var path = context.request().path();
    if (context.request().isSSL() && (path == null || !DEVICE_API.matcher(path).matches())) {
      context.response().setStatusCode(NOT_FOUND).end();
    } else {
      context.next();
    }
  }
}
