package io.muster.rest.requests;

import io.quarkus.runtime.StartupEvent;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;

/**
 * From which address a request comes. A header counts only from a proxy that is listed; anybody
 * else's connection is the client's own. Thread-safe.
 */
@ApplicationScoped
public class Clients {
  /** Nobody can tell: the connection has no address. */
  public static final String UNKNOWN = "?";

  private final ForwardedHeader header;
  private final TrustedProxies proxies;

  /**
   * @throws IllegalStateException when what is set as a proxy is no network
   */
  public Clients(RequestsConfig config) {
    this.header = config.forwardedHeader();
    try {
      this.proxies = TrustedProxies.of(config.trustedProxies().orElse(List.of()));
    } catch (IllegalArgumentException wrong) {
      throw new IllegalStateException(
          "muster.requests.trusted-proxies: " + wrong.getMessage(), wrong);
    }
  }

  /** A service with a setting that cannot be does not start. */
  void start(@Observes StartupEvent started) {}

  /** Those of all services. */
  public TrustedProxies proxies() {
    return proxies;
  }

  /** Who asks, or {@link #UNKNOWN}. */
  public String address(HttpServerRequest request) {
    return address(request, proxies);
  }

  /**
   * The same behind other proxies.
   *
   * @param trusted whose word counts
   */
  public String address(HttpServerRequest request, TrustedProxies trusted) {
    var peer = peer(request);
    return trusted.trusts(peer)
        ? trusted.client(peer, header, request.headers().getAll(header.headerName()))
        : peer;
  }

  /** Whose connection it is, whatever its headers say; or {@link #UNKNOWN}. */
  public static String peer(HttpServerRequest request) {
    var address = request.connection().remoteAddress();
    return address == null || address.hostAddress() == null ? UNKNOWN : address.hostAddress();
  }
}
