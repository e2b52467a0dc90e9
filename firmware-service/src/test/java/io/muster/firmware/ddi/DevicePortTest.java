package io.muster.firmware.ddi;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.firmware.HandWired;
import io.muster.firmware.Pem;
import io.muster.localstack.tls.LocalAuthority;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server for devices, without the service behind it. */
class DevicePortTest {
  private static final String HOST = "127.0.0.1";

  @TempDir static Path folder;
  private static LocalAuthority authority;
  private static LocalAuthority renewed;
  private static Pem lamp;

  private final Vertx vertx = Vertx.vertx();
  private MeterRegistry meters = new SimpleMeterRegistry();
  private DevicePort port;

  @BeforeAll
  static void makeCertificates() throws Exception {
    authority = new LocalAuthority(folder.resolve("first"));
    authority.prepare(Clock.systemUTC());
    renewed = new LocalAuthority(folder.resolve("renewed"));
    renewed.prepare(Clock.systemUTC());
    lamp = Pem.selfSigned(folder.resolve("lamp"), "lamp");
  }

  @AfterEach
  void end() throws Exception {
    if (port != null) {
      port.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private DevicePort port(Map<String, String> more) {
    var settings = new HashMap<String, String>();
    settings.put("muster.firmware.tls.port", "0");
    settings.put("muster.firmware.tls.certificate", authority.serverCertificate().toString());
    settings.put("muster.firmware.tls.key", authority.serverKey().toString());
    settings.putAll(more);
    settings.values().removeIf(String::isEmpty);
    return new DevicePort(vertx, HandWired.config(DevicePortConfig.class, settings), meters);
  }

  private void open(Map<String, String> more) {
    port = port(more);
    port.open(this::answer);
  }

  /** Who asks, and whether the port knows that it was asked here. */
  private void answer(HttpServerRequest request) {
    request.response().end(subject(request) + " " + port.received(request));
  }

  private static String subject(HttpServerRequest request) {
    try {
      var shown = (X509Certificate) request.sslSession().getPeerCertificates()[0];
      return shown.getSubjectX500Principal().getName();
    } catch (SSLPeerUnverifiedException none) {
      return "nobody";
    }
  }

  private HttpResponse<String> ask(SSLContext tls, String... headers) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("https://" + HOST + ":" + port.port() + "/"));
    if (headers.length > 0) {
      request.headers(headers);
    }
    try (var client = HttpClient.newBuilder().sslContext(tls).build()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static SSLContext anonymous() throws IOException {
    return Pem.trusting(authority.authorityCertificate());
  }

  private SSLSocket connect() throws IOException {
    var socket = (SSLSocket) anonymous().getSocketFactory().createSocket(HOST, port.port());
    socket.setSoTimeout(60_000);
    socket.startHandshake();
    return socket;
  }

  private static void write(SSLSocket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  @Test
  void aDeviceMayShowACertificateOfWhateverAuthorityOrNone() throws Exception {
    open(Map.of());
    assertEquals("nobody true", ask(anonymous()).body());
    assertEquals("CN=lamp true", ask(lamp.shownTo(authority.authorityCertificate())).body());
  }

  @Test
  void aRenewedCertificateIsServedWithoutARestart() throws Exception {
    var own = new LocalAuthority(folder.resolve("own"));
    Files.createDirectories(own.folder());
    replace(own, authority, 0);
    open(
        Map.of(
            "muster.firmware.tls.certificate", own.serverCertificate().toString(),
            "muster.firmware.tls.key", own.serverKey().toString()));
    var trustsTheNewOne = Pem.trusting(renewed.authorityCertificate());
    assertEquals("nobody true", ask(anonymous()).body());
    assertThrows(IOException.class, () -> ask(trustsTheNewOne));
    replace(own, renewed, 10);
    assertEquals("nobody true", ask(trustsTheNewOne).body());
    var end = meters.get("muster.firmware.tls.certificate.expiry").gauge().value();
    var shown = (X509Certificate) Pem.read(renewed.serverCertificate())[0];
    assertEquals(shown.getNotAfter().toInstant().getEpochSecond(), end);
  }

  private static void replace(LocalAuthority own, LocalAuthority by, int later) throws IOException {
    var time = FileTime.from(Instant.now().plusSeconds(later));
    for (var name : new String[] {"server.crt", "server.key"}) {
      var file = own.folder().resolve(name);
      Files.copy(by.folder().resolve(name), file, StandardCopyOption.REPLACE_EXISTING);
      Files.setLastModifiedTime(file, time);
    }
  }

  @Test
  void aHeadThatIsTooLongIsRefused() throws Exception {
    open(Map.of());
    assertEquals(200, ask(anonymous(), "X-Padding", "x".repeat(10_000)).statusCode());
    assertEquals(431, ask(anonymous(), "X-Padding", "x".repeat(20_000)).statusCode());
  }

  @Test
  void whoeverDoesNotGoOnIsCutOff() throws Exception {
    try {
      assertCutsOffAfter("1S");
    } catch (SSLException | SocketException beforeItSaidAnything) {
      // A slow machine is cut off as well.
      port.close();
      assertCutsOffAfter("20S");
    }
  }

  private void assertCutsOffAfter(String idle) throws IOException {
    open(Map.of("muster.firmware.tls.idle-timeout", idle));
    try (var socket = connect()) {
      write(socket, "GET / HTTP/1.1\r\nHost");
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  @Test
  void beyondTheBoundConnectionsEndAtOnceAndLaterOnesDoNot() throws Exception {
    open(Map.of("muster.firmware.tls.connections", "1"));
    try (var first = connect()) {
      write(first, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertEquals('H', first.getInputStream().read());
      assertThrows(IOException.class, () -> connect().close());
    }
    assertEquals(1, meters.get("muster.firmware.tls.refused").counter().count());
    var open = meters.get("muster.firmware.tls.connections").gauge();
    await().atMost(60, TimeUnit.SECONDS).until(() -> open.value() == 0);
    assertEquals("nobody true", ask(anonymous()).body());
  }

  @Test
  void whoSaysNothingCountsAndIsCutOff() throws Exception {
    cutsOffTwoAfter("PT1S");
    if (meters.get("muster.firmware.tls.refused").counter().count() == 0) {
      // On a slow machine the first one was gone when the second one came.
      port.close();
      meters = new SimpleMeterRegistry();
      cutsOffTwoAfter("PT20S");
    }
    assertEquals(1, meters.get("muster.firmware.tls.refused").counter().count());
    var open = meters.get("muster.firmware.tls.connections").gauge();
    await().atMost(60, TimeUnit.SECONDS).until(() -> open.value() == 0);
    // There a second may be too short for who says something, too.
    await()
        .atMost(60, TimeUnit.SECONDS)
        .ignoreExceptions()
        .untilAsserted(() -> assertEquals("nobody true", ask(anonymous()).body()));
  }

  private void cutsOffTwoAfter(String handshake) throws IOException {
    open(
        Map.of(
            "muster.firmware.tls.connections",
            "1",
            "muster.firmware.tls.handshake-timeout",
            handshake));
    try (var first = new Socket(HOST, port.port());
        var second = new Socket(HOST, port.port())) {
      for (var silent : List.of(first, second)) {
        silent.setSoTimeout(60_000);
        assertEnds(silent);
      }
    }
  }

  private static void assertEnds(Socket socket) throws IOException {
    try {
      assertEquals(-1, socket.getInputStream().read());
    } catch (SocketException reset) {
      // An end as well.
    }
  }

  @Test
  void aPortThatIsTakenEndsTheStart() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
      var number = Integer.toString(taken.getLocalPort());
      var refused =
          assertThrows(
              IllegalStateException.class, () -> open(Map.of("muster.firmware.tls.port", number)));
      assertTrue(refused.getMessage().contains(HOST + ":" + number), refused.getMessage());
    }
  }

  @Test
  void withoutACertificateItIsClosed() {
    open(Map.of("muster.firmware.tls.certificate", "", "muster.firmware.tls.key", ""));
    assertEquals(-1, port.port());
  }

  @Test
  void aCertificateWithoutItsKeyIsAMistake() {
    var refused =
        assertThrows(
            IllegalArgumentException.class, () -> open(Map.of("muster.firmware.tls.key", "")));
    assertTrue(refused.getMessage().contains("no key"), refused.getMessage());
  }
}
