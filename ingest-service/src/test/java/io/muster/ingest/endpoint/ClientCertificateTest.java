package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_3_1_1;
import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.ingest.access.Admission;
import io.muster.ingest.access.Withdrawal;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.EndReason;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that show a certificate of their own. */
class ClientCertificateTest {
  private static final String TLS13 = "TLSv1.3";
  private static final String CONNECTS = "muster.endpoint.connects";

  @TempDir Path folder;
  private TestEndpoint server;

  @BeforeEach
  void start() throws IOException {
    server = start("tls.client-auth", "optional");
  }

  private TestEndpoint start(String... more) throws IOException {
    TestCertificate.usual().writeTo(folder);
    var settings =
        Stream.concat(
            Stream.of(
                "tls.port",
                "0",
                "websocket.tls-port",
                "0",
                "tls.certificate",
                folder.resolve("tls.crt").toString(),
                "tls.key",
                folder.resolve("tls.key").toString()),
            Stream.of(more));
    return TestEndpoint.start(settings.toArray(String[]::new));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private TestCertificate registered(TestCertificate certificate) {
    server.access.certificates.put(certificate.base64(), TestEndpoint.DEVICE);
    return certificate;
  }

  private static ConnectPacket withoutPassword(ProtocolVersion version) {
    return ConnectPacket.of(version).user(null).password(null);
  }

  @ParameterizedTest
  @CsvSource({
    "TLSv1.2, secp256r1",
    "TLSv1.3, secp256r1",
    "TLSv1.3, secp384r1",
    "TLSv1.2, RSA:2048",
    "TLSv1.3, RSA:3072",
    "TLSv1.3, Ed25519"
  })
  void areWhoTheRegistrySays(String protocol, String kind) {
    var own = registered(TestCertificate.of(kind));
    for (var version : ProtocolVersion.values()) {
      try (var client = new TlsClient(protocol, own).knock(server, withoutPassword(version))) {
        client.expectConnAck(ReasonCode.SUCCESS);
        client.publish(1, 1, "{}").expect("40 02 0001");
        assertEquals(
            TestEndpoint.TELEMETRY, server.intake.offered.remove().publication().topic().name());
        assertEquals(TestEndpoint.DEVICE, server.access.lastAsked);
        assertEquals(
            new CredentialProof.Certificate(List.of(own.base64())), server.access.lastProof);
        client.disconnect();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      textBlock =
          """
          ?SDK=JavaV2&Version=1.20, none
          somebody@else,            wrong
          boiler@acme,              s3cret
          none,                     none
          """)
  void mayHaveAnyUserNameAndPassword(String user, String password) {
    var connect = ConnectPacket.of(MQTT_5).user(user).password(password);
    var own = registered(TestCertificate.usual());
    try (var client = new TlsClient(TLS13, own).knock(server, connect)) {
      client.expectConnAck(ReasonCode.SUCCESS);
      assertInstanceOf(CredentialProof.Certificate.class, server.access.lastProof);
    }
  }

  @ParameterizedTest
  @EnumSource
  void haveTheirOwnClientIdentifier(ProtocolVersion version) {
    var own = registered(TestCertificate.usual());
    var client = new TlsClient(TLS13, own);
    try (var one = client.knock(server, withoutPassword(version));
        var two = client.knock(server, withoutPassword(version).client("acme:boiler:2"))) {
      one.expectConnAck(ReasonCode.SUCCESS);
      two.expectConnAck(ReasonCode.SUCCESS);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acme:other",
        "globex:boiler",
        "acme:boiler2",
        "acme:boile",
        "acme",
        "boiler",
        "acme:",
        ":boiler",
        "ACME:boiler",
        "boiler@acme"
      })
  void areRefusedWithAnotherClientIdentifier(String identifier) {
    var own = registered(TestCertificate.usual());
    for (var version : ProtocolVersion.values()) {
      var connect = ConnectPacket.of(version).client(identifier);
      try (var client = new TlsClient(TLS13, own).knock(server, connect)) {
        var connAck = client.hear();
        assertEquals(0x20, connAck.first());
        assertEquals(version == MQTT_5 ? 0x85 : 2, connAck.body()[1] & 0xFF);
        client.expectEnd();
      }
    }
    server.awaitCount(2, CONNECTS, "outcome", "client-identifier-not-valid");
    assertEquals(0, server.intake.announcements.size());
  }

  /** It would register whom an authority vouches for, so it must know what the client says. */
  @Test
  void areAskedAboutAsWhomTheClientIdentifierNames() {
    var tls = new TlsClient(TLS13, registered(TestCertificate.usual()));
    try (var client = tls.knock(server, withoutPassword(MQTT_5).client("acme:other:1"))) {
      client.expectConnAck(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
    assertEquals(DeviceAddress.of("acme", "other"), server.access.lastAsked);
  }

  @Test
  void areRefusedWhenTheAnswerIsAboutAnother() {
    server.access.way =
        answer ->
            answer.replaceWith(
                new Admission.Granted(
                    new VerifyAnswer.Allowed(
                        DeviceAddress.of("acme", "other"),
                        FakeAccess.CREDENTIAL,
                        null,
                        server.access.limits)));
    var tls = new TlsClient(TLS13, registered(TestCertificate.usual()));
    try (var client = tls.knock(server, withoutPassword(MQTT_5))) {
      client.expectConnAck(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
    }
  }

  /** As its authentication did hold. */
  @Test
  void areNotBannedForAClientIdentifierThatIsNotTheirs() throws IOException {
    server.close();
    server = start("bans.never", "192.0.2.1", "bans.device-failures", "2");
    var tls = new TlsClient(TLS13, registered(TestCertificate.usual()));
    for (int time = 0; time < 4; time++) {
      try (var client = tls.knock(server, withoutPassword(MQTT_5).client("acme:other"))) {
        client.expectConnAck(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void areRefusedWithACertificateThatTheRegistryDoesNotKnow(ProtocolVersion version) {
    try (var client =
        new TlsClient(TLS13, TestCertificate.usual()).knock(server, ConnectPacket.of(version))) {
      var connAck = client.hear();
      assertEquals(version == MQTT_5 ? 0x87 : 5, connAck.body()[1] & 0xFF);
      client.expectEnd();
    }
    server.awaitCount(1, CONNECTS, "outcome", "certificate-unknown");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void needAPasswordWhenTheyShowNone(String protocol) {
    var client = new TlsClient(protocol, null);
    try (var known = client.knock(server, ConnectPacket.of(MQTT_3_1_1))) {
      known.expectConnAck(ReasonCode.SUCCESS);
      assertEquals(TestEndpoint.DEVICE, server.access.lastAsked);
      assertInstanceOf(CredentialProof.Secret.class, server.access.lastProof);
    }
    try (var stranger = client.knock(server, withoutPassword(MQTT_5))) {
      stranger.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
    }
  }

  @Test
  void areNotAskedForItWhenThatIsSwitchedOff() throws IOException {
    server.close();
    server = start("tls.client-auth", "none");
    var tls = new TlsClient(TLS13, registered(TestCertificate.usual()));
    try (var refused = tls.knock(server, withoutPassword(MQTT_5));
        var known = tls.knock(server, ConnectPacket.of(MQTT_5))) {
      refused.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
      known.expectConnAck(ReasonCode.SUCCESS);
      assertInstanceOf(CredentialProof.Secret.class, server.access.lastProof);
    }
    assertEquals(0, tls.certificatesShown());
  }

  @Test
  void areRefusedUnaskedBeforeAndAfterTheCertificatesPeriod() {
    var now = Instant.now();
    var over = TestCertificate.between(now.minusSeconds(7_200), now.minusSeconds(3_600));
    var early = TestCertificate.between(now.plusSeconds(3_600), now.plusSeconds(7_200));
    for (var untimely : List.of(over, early)) {
      var tls = new TlsClient(TLS13, registered(untimely));
      try (var client = tls.knock(server, withoutPassword(MQTT_5))) {
        client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
        client.expectEnd();
      }
    }
    assertNull(server.access.lastProof, "what the registry was asked");
    server.awaitCount(1, CONNECTS, "outcome", "certificate-expired");
    server.awaitCount(1, CONNECTS, "outcome", "certificate-not-yet-valid");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void areRefusedInTheHandshakeBeyondTheBounds(String protocol) {
    var small = TestCertificate.usual();
    var large = TestCertificate.longerThan(5_000).certificate();
    refusedInHandshake(new TlsClient(protocol, TestCertificate.longerThan(9_000)));
    refusedInHandshake(new TlsClient(protocol, small, large, large, large));
    var five = Stream.generate(small::certificate).limit(4).toArray(X509Certificate[]::new);
    refusedInHandshake(new TlsClient(protocol, small, five));
    await().until(() -> server.count(CONNECTS, "outcome", "certificate-too-long") == 3);
    refusedInHandshake(new TlsClient(protocol, TestCertificate.of("RSA:1024")));
    refusedInHandshake(new TlsClient(protocol, TestCertificate.of("secp521r1")));
    await().until(() -> server.count(CONNECTS, "outcome", "certificate-key") == 2);
    await().until(() -> server.gauge("muster.endpoint.knocking") == 0);
  }

  /** At TLS 1.3 the client hears of it only after its own last word. */
  private void refusedInHandshake(TlsClient client) {
    try (var socket = client.connect(server.endpoint.tlsPort())) {
      assertEquals(-1, socket.getInputStream().read());
    } catch (IOException refused) {
      assertEquals(1, client.certificatesShown());
    }
  }

  @Test
  void takeTheirCertificatesRoomFromThatOfStrangers() throws IOException {
    server.close();
    server = start("connections.knocking-bytes", "3000");
    var small = new TlsClient(TLS13, registered(TestCertificate.usual()));
    succeeds(small, withoutPassword(MQTT_5));
    var large = new TlsClient(TLS13, registered(TestCertificate.longerThan(3_000)));
    try (var client = large.knock(server, withoutPassword(MQTT_5))) {
      client.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
    }
    server.awaitCount(1, CONNECTS, "outcome", "memory");
    assertEquals(0, server.gauge("muster.endpoint.knocking.bytes"));
  }

  @Test
  void mayShowThoseThatVouchForThem() {
    var own = registered(TestCertificate.usual());
    var authority = TestCertificate.usual();
    var tls = new TlsClient(TLS13, own, authority.certificate());
    try (var client = tls.knock(server, withoutPassword(MQTT_5))) {
      client.expectConnAck(ReasonCode.SUCCESS);
      assertEquals(
          new CredentialProof.Certificate(List.of(own.base64(), authority.base64())),
          server.access.lastProof);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void goWhenTheCertificateEnds(String protocol) {
    // With a later one, should the machine take longer than the certificate lasts.
    await().untilAsserted(() -> assertGoesAtTheEnd(protocol));
  }

  private void assertGoesAtTheEnd(String protocol) {
    var end = Instant.now().plusSeconds(2).truncatedTo(ChronoUnit.SECONDS);
    server.access.validUntil = end;
    var own = registered(TestCertificate.between(end.minusSeconds(60), end));
    var tls = new TlsClient(protocol, own);
    try (var client = tls.knock(server, withoutPassword(MQTT_5))) {
      client.expectConnAck(ReasonCode.SUCCESS);
      client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
      assertFalse(Instant.now().isBefore(end), "before its end");
      server.awaitEnd(EndReason.CREDENTIAL_ENDED);
    }
    var before = server.count(CONNECTS, "outcome", "certificate-expired");
    try (var client = tls.knock(server, withoutPassword(MQTT_5))) {
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
    }
    server.awaitCount(before + 1, CONNECTS, "outcome", "certificate-expired");
  }

  @Test
  void goWhenTheCertificateIsRevoked() {
    var tls = new TlsClient(TLS13, registered(TestCertificate.usual()));
    try (var client = tls.knock(server, withoutPassword(MQTT_5))) {
      client.expectConnAck(ReasonCode.SUCCESS);
      server.access.withdraw(
          new Withdrawal.OfCredential(TestEndpoint.DEVICE, FakeAccess.CREDENTIAL));
      client.expectDisconnect(ReasonCode.NOT_AUTHORIZED);
    }
  }

  @Test
  void areFoundByAWithdrawalThatOvertakesTheRegistrysAnswer() {
    server.access.holdAdmissions();
    var tls = new TlsClient(TLS13, registered(TestCertificate.usual()));
    try (var client = tls.knock(server, withoutPassword(MQTT_5))) {
      await().until(() -> server.access.heldAdmissions() == 1);
      server.access.withdraw(
          new Withdrawal.OfCredential(TestEndpoint.DEVICE, FakeAccess.CREDENTIAL));
      server.access.letAdmissionsGo();
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
    }
  }

  @Test
  void refuseEnhancedAuthenticationAsWell() {
    var tls = new TlsClient(TLS13, registered(TestCertificate.usual()));
    var connect = withoutPassword(MQTT_5).property("15 \"SCRAM-SHA-256\"");
    try (var client = tls.knock(server, connect)) {
      client.expectConnAck(ReasonCode.BAD_AUTHENTICATION_METHOD);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void keepTheirCertificateInASessionThatTheyResume(String protocol) {
    var boiler = new TlsClient(protocol, registered(TestCertificate.usual()));
    var other = DeviceAddress.of("acme", "other");
    var others = TestCertificate.usual();
    server.access.certificates.put(others.base64(), other);
    var pump = new TlsClient(protocol, others);
    var plain = new TlsClient(protocol, null);
    for (int time = 0; time < 3; time++) {
      succeeds(boiler, withoutPassword(MQTT_5));
      succeeds(pump, withoutPassword(MQTT_5).client("acme:other"));
      succeeds(plain, ConnectPacket.of(MQTT_5));
      assertInstanceOf(CredentialProof.Secret.class, server.access.lastProof);
    }
    assertEquals(1, boiler.certificatesShown(), "full handshakes");
    assertEquals(1, pump.certificatesShown(), "full handshakes");
  }

  @Test
  void areRefusedInAResumedSessionOnceTheCertificateIsUnknown() {
    var own = registered(TestCertificate.usual());
    var tls = new TlsClient(TLS13, own);
    succeeds(tls, withoutPassword(MQTT_5));
    server.access.certificates.clear();
    try (var client = tls.knock(server, withoutPassword(MQTT_5))) {
      client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
    }
    assertEquals(1, tls.certificatesShown(), "full handshakes");
  }

  private void succeeds(TlsClient tls, ConnectPacket connect) {
    try (var client = tls.knock(server, connect)) {
      client.expectConnAck(ReasonCode.SUCCESS);
      client.disconnect();
    }
  }

  @Test
  void comeOverWebSocketAsWell() {
    var tls = new TlsClient(TLS13, registered(TestCertificate.usual()));
    var heard = new CopyOnWriteArrayList<Byte>();
    try (var http = HttpClient.newBuilder().sslContext(tls.context()).build()) {
      var socket =
          http.newWebSocketBuilder()
              .subprotocols("mqtt")
              .buildAsync(
                  URI.create("wss://localhost:" + server.endpoint.webSocketTlsPort() + "/mqtt"),
                  new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onBinary(
                        WebSocket from, ByteBuffer data, boolean last) {
                      while (data.hasRemaining()) {
                        heard.add(data.get());
                      }
                      from.request(1);
                      return null;
                    }
                  })
              .join();
      socket.sendBinary(ByteBuffer.wrap(withoutPassword(MQTT_3_1_1).bytes()), true).join();
      await().until(() -> heard.equals(List.<Byte>of((byte) 0x20, (byte) 2, (byte) 0, (byte) 0)));
      socket.abort();
    }
  }
}
