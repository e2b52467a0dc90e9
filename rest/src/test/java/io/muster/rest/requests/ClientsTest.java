package io.muster.rest.requests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClientsTest {
  private static final String PROXY = "10.1.0.1";
  private static final String[] TRUSTED = {"10.1.0.0/16", "fd00::/8"};

  @Test
  void nobodysHeaderCountsUnlessItIsSaid() {
    assertEquals(PROXY, clients().address(request(PROXY)));
    assertEquals("203.0.113.9", clients(TRUSTED).address(request("203.0.113.9")));
  }

  @Test
  void onlyTheOneHeaderThatProxiesWriteIsRead() {
    assertEquals("198.51.100.7", clients(TRUSTED).address(request(PROXY)));
    var standard = new Clients(new Settings(List.of(TRUSTED), ForwardedHeader.FORWARDED));
    assertEquals("192.0.2.66", standard.address(request(PROXY)));
  }

  @Test
  void aConnectionWithoutAnAddressIsNobodys() {
    assertEquals(Clients.UNKNOWN, clients(TRUSTED).address(request(null)));
  }

  @Test
  void whatIsNoNetworkIsSaidWithItsSetting() {
    var refused = assertThrows(IllegalStateException.class, () -> clients("ingress.example.org"));
    assertEquals(
        "muster.requests.trusted-proxies: 'ingress.example.org' is no network; write it as"
            + " 10.1.0.0/16 or fd00::/8",
        refused.getMessage());
  }

  private static Clients clients(String... proxies) {
    return new Clients(new Settings(List.of(proxies), ForwardedHeader.X_FORWARDED_FOR));
  }

  private record Settings(List<String> proxies, ForwardedHeader forwardedHeader)
      implements RequestsConfig {
    @Override
    public Optional<List<String>> trustedProxies() {
      return proxies.isEmpty() ? Optional.empty() : Optional.of(proxies);
    }

    @Override
    public int maxBodyBytes() {
      return 65_536;
    }

    @Override
    public int mostAtOnce() {
      return 1;
    }

    @Override
    public long mostBodyBytesAtOnce() {
      return 65_536;
    }

    @Override
    public Optional<String> streamedPaths() {
      return Optional.empty();
    }

    @Override
    public Optional<String> downloadPaths() {
      return Optional.empty();
    }

    @Override
    public int mostDownloadsAtOnce() {
      return 1;
    }
  }

  /**
   * @param peer whose connection it is; null for one without an address
   */
  private static HttpServerRequest request(String peer) {
    var headers =
        MultiMap.caseInsensitiveMultiMap()
            .add("X-Forwarded-For", "192.0.2.1, 198.51.100.7")
            .add("Forwarded", "for=192.0.2.66");
    var connection =
        stub(
            HttpConnection.class,
            "remoteAddress",
            peer == null ? null : SocketAddress.inetSocketAddress(40_000, peer));
    return stub(HttpServerRequest.class, "connection", connection, "headers", headers);
  }

  private static <T> T stub(Class<T> type, Object... answers) {
    Map<Object, Object> byMethod = new HashMap<>();
    for (int i = 0; i < answers.length; i += 2) {
      byMethod.put(answers[i], answers[i + 1]);
    }
    return type.cast(
        Proxy.newProxyInstance(
            ClientsTest.class.getClassLoader(),
            new Class<?>[] {type},
            (_, method, _) -> byMethod.get(method.getName())));
  }
}
