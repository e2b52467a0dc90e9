package io.muster.rest.tls;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * In clear text there is HTTP/1.1 alone. HTTP/2 there would begin with an upgrade (RFC 7540, 3.2,
 * which RFC 9113 gave up): a proxy that passes it on hands a stranger a connection behind its own
 * rules, and an answer that meets the change can become unreadable for the client. Over TLS a
 * client has HTTP/2 by ALPN, as before.
 */
@ApplicationScoped
class ClearTextHttp implements HttpServerOptionsCustomizer {
  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    options.setHttp2ClearTextEnabled(false);
  }
}
