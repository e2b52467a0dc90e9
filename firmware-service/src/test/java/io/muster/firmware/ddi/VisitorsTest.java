package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.registry.CredentialProof;
import io.muster.firmware.HandWired;
import io.muster.localstack.tls.LocalAuthority;
import io.muster.rest.bans.Network;
import io.muster.rest.requests.Clients;
import io.muster.rest.requests.RequestsConfig;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VisitorsTest {
  private static final String PROXY = "10.1.0.1";
  private static final String STRANGER = "203.0.113.9";

  @TempDir static Path folder;
  private static List<Certificate> chain;

  private static final Map<String, String> ITS_OWN =
      Map.of("muster.firmware.ddi.trusted-proxies", "10.1.0.0/16");

  private final Visitors visitors = visitors(true, ITS_OWN);

  private static Visitors visitors(boolean atDevicePort, Map<String, String> settings) {
    return new Visitors(
        HandWired.config(DdiConfig.class, settings),
        new Clients(HandWired.config(RequestsConfig.class, settings)),
        new DevicePort(null, null, null) {
          @Override
          boolean received(HttpServerRequest request) {
            return atDevicePort;
          }
        });
  }

  @BeforeAll
  static void makeCertificates() throws Exception {
    var authority = new LocalAuthority(folder);
    authority.prepare(Clock.systemUTC());
    try (var in = Files.newInputStream(authority.serverCertificate())) {
      chain = List.copyOf(CertificateFactory.getInstance("X.509").generateCertificates(in));
    }
  }

  @Test
  void aStrangersHeadersAreNotRead() throws Exception {
    var visitor = visitors.of(request(STRANGER, headers(), List.of()));
    assertEquals(STRANGER, visitor.address());
    assertEquals(Network.of(STRANGER), visitor.origin());
    assertTrue(visitor.certificate().isEmpty());
  }

  @Test
  void aListedProxySaysWhoIsBehindIt() throws Exception {
    var visitor = visitors.of(request(PROXY, headers(), List.of()));
    assertEquals("198.51.100.7", visitor.address());
    assertEquals(Network.of("198.51.100.7"), visitor.origin());
    assertEquals(List.of(base64(chain.getFirst())), visitor.certificate().orElseThrow().chain());
  }

  /** It may be one that hands on what a stranger has written. */
  @Test
  void aProxyOfAllServicesIsBelievedOnAddressesAlone() throws Exception {
    var common = visitors(true, Map.of("muster.requests.trusted-proxies", "10.1.0.0/16"));
    var visitor = common.of(request(PROXY, headers(), chain));
    assertEquals("198.51.100.7", visitor.address());
    assertTrue(visitor.certificate().isEmpty());
    assertEquals(STRANGER, common.of(request(STRANGER, headers(), List.of())).address());
  }

  @Test
  void itsOwnSettingCountsBeforeThatOfAllServices() throws Exception {
    var other =
        visitors(
            true,
            Map.of(
                "muster.requests.trusted-proxies",
                "203.0.113.0/24",
                "muster.firmware.ddi.trusted-proxies",
                "10.1.0.0/16"));
    assertEquals(STRANGER, other.of(request(STRANGER, headers(), List.of())).address());
    assertEquals("198.51.100.7", other.of(request(PROXY, headers(), List.of())).address());
  }

  @Test
  void whatAProxyShowsOfItselfIsNobodys() throws Exception {
    var visitor = visitors.of(request(PROXY, MultiMap.caseInsensitiveMultiMap(), chain));
    assertEquals(PROXY, visitor.address());
    assertEquals(Network.UNKNOWN, visitor.origin());
    assertTrue(visitor.certificate().isEmpty());
  }

  @Test
  void whatTheHandshakeShowedIsTheVisitors() throws Exception {
    var shown = visitors.of(request(STRANGER, headers(), chain)).certificate();
    assertEquals(
        new CredentialProof.Certificate(chain.stream().map(VisitorsTest::base64).toList()),
        shown.orElseThrow());
    assertFalse(
        visitors
            .of(request(STRANGER, MultiMap.caseInsensitiveMultiMap(), List.of()))
            .certificate()
            .isPresent());
  }

  /** Of services: what they show proves nothing about a device. */
  @Test
  void whatWasShownAtTheMainPortIsNobodys() throws Exception {
    var shown = visitors(false, ITS_OWN).of(request(STRANGER, headers(), chain)).certificate();
    assertTrue(shown.isEmpty());
  }

  private static MultiMap headers() {
    return MultiMap.caseInsensitiveMultiMap()
        .add("X-Forwarded-For", "192.0.2.1, 198.51.100.7")
        .add("Client-Cert", ":" + base64(chain.getFirst()) + ":");
  }

  /**
   * @param shown in the handshake
   */
  private static HttpServerRequest request(String peer, MultiMap headers, List<Certificate> shown) {
    var connection =
        HttpConnection.class.cast(
            Proxy.newProxyInstance(
                VisitorsTest.class.getClassLoader(),
                new Class<?>[] {HttpConnection.class},
                (_, method, _) ->
                    switch (method.getName()) {
                      case "remoteAddress" -> SocketAddress.inetSocketAddress(40_000, peer);
                      case "peerCertificates" -> {
                        if (shown.isEmpty()) {
                          throw new SSLPeerUnverifiedException("none");
                        }
                        yield shown;
                      }
                      default -> throw new UnsupportedOperationException(method.getName());
                    }));
    return HttpServerRequest.class.cast(
        Proxy.newProxyInstance(
            VisitorsTest.class.getClassLoader(),
            new Class<?>[] {HttpServerRequest.class},
            (_, method, _) ->
                switch (method.getName()) {
                  case "connection" -> connection;
                  case "headers" -> headers;
                  default -> throw new UnsupportedOperationException(method.getName());
                }));
  }

  private static String base64(Certificate certificate) {
    try {
      return Base64.getEncoder().encodeToString(certificate.getEncoded());
    } catch (java.security.cert.CertificateEncodingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
