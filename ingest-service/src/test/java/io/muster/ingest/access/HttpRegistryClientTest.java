package io.muster.ingest.access;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.ContractJson;
import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.DeviceId;
import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceLimits;
import io.muster.contract.registry.DeviceView;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.ingest.access.FakeRegistry.Reply;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRegistryClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "d1");
  private static final VerifyRequest REQUEST =
      new VerifyRequest(DEVICE, new CredentialProof.Secret("hush"), "10.0.0.1");
  private static final VerifyAnswer ALLOWED =
      new VerifyAnswer.Allowed(
          DEVICE,
          UUID.randomUUID(),
          Instant.parse("2027-01-01T00:00:00Z"),
          new DeviceLimits(10, 1_024));
  private static Vertx vertx;

  @TempDir Path folder;
  private FakeRegistry registry;
  private HttpRegistryClient client;
  private Path tokenFile;

  @BeforeAll
  static void openVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void closeVertx() {
    vertx.close().await().atMost(PATIENCE);
  }

  @BeforeEach
  void start() throws IOException {
    tokenFile = folder.resolve("service.token");
    Files.writeString(tokenFile, "token-1\n");
    registry = new FakeRegistry();
    client = new HttpRegistryClient(vertx, TestConfig.at(registry.url(), tokenFile));
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  @Test
  void asksWithTheServicesTokenAndReadsBothAnswers() throws Exception {
    registry.answer(request -> Reply.json(ALLOWED));
    assertEquals(ALLOWED, get(client.verify(REQUEST)));
    var heard = registry.requests().getFirst();
    assertEquals("POST", heard.method());
    assertEquals("/internal/v1/credentials/verify", heard.uri());
    assertEquals("Bearer token-1", heard.authorization());
    assertEquals(REQUEST, ContractJson.mapper().readValue(heard.body(), VerifyRequest.class));

    var denied = new VerifyAnswer.Denied(VerifyAnswer.Reason.WRONG_SECRET);
    registry.answer(request -> Reply.json(denied));
    assertEquals(denied, get(client.verify(REQUEST)));
  }

  @Test
  void usesATokenThatWasRenewed() throws IOException {
    registry.answer(request -> Reply.json(ALLOWED));
    get(client.verify(REQUEST));
    Files.writeString(tokenFile, "token-2");
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              get(client.verify(REQUEST));
              return registry.requests().getLast().authorization().equals("Bearer token-2");
            });
  }

  @Test
  void asksAboutAClaimTokenAndForAnIdentity() throws Exception {
    var asked = new ClaimRequest(DEVICE.tenant(), "hush", "10.0.0.1");
    var allowed = new ClaimAnswer.Allowed(UUID.randomUUID(), Instant.parse("2027-01-01T00:00:00Z"));
    registry.answer(request -> Reply.json(allowed));
    assertEquals(allowed, get(client.claim(asked)));
    var heard = registry.requests().getLast();
    assertEquals("/internal/v1/claim-tokens/verify", heard.uri());
    assertEquals(asked, ContractJson.mapper().readValue(heard.body(), ClaimRequest.class));
    var denied = new ClaimAnswer.Denied(VerifyAnswer.Reason.CLAIM_EXPIRED);
    registry.answer(request -> Reply.json(denied));
    assertEquals(denied, get(client.claim(asked)));

    registry.answer(request -> Reply.json(new ProvisionReply(409, new byte[] {0, -1})));
    var reply =
        get(
            client.provision(
                new ProvisionRequest(
                    DEVICE.tenant(), allowed.claim(), "10.0.0.1", new byte[] {1, -2})));
    assertEquals(409, reply.status());
    assertArrayEquals(new byte[] {0, -1}, reply.payload());
    var relayed = registry.requests().getLast();
    assertEquals("/internal/v1/provisioning", relayed.uri());
    assertArrayEquals(
        new byte[] {1, -2},
        ContractJson.mapper().readValue(relayed.body(), ProvisionRequest.class).payload());
    assertFalse(asked.toString().contains("hush"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "{\"status\":200}", "[]", "{\"status\":200,\"payload\":7}"})
  void halfAnAnswerAboutAnIdentityIsNone(String body) {
    registry.answer(request -> new Reply(200, body));
    assertAway(
        client.provision(
            new ProvisionRequest(DEVICE.tenant(), UUID.randomUUID(), null, new byte[0])));
  }

  @Test
  void readsADeviceAndItsAbsence() {
    var view = new DeviceView(DEVICE, true, new DeviceId("gw"), 3);
    registry.answer(request -> Reply.json(view));
    assertEquals(Optional.of(view), get(client.device(DEVICE)));
    assertEquals("/internal/v1/tenants/acme/devices/d1", registry.requests().getFirst().uri());
    registry.answer(request -> new Reply(404, "{}"));
    assertEquals(Optional.empty(), get(client.device(DEVICE)));
  }

  @Test
  void readsAPageOfEvents() {
    var event =
        new OutboxEvent(
            7, UUID.randomUUID(), "a/b/c", 1, null, Map.of(), new byte[] {1}, Instant.EPOCH);
    registry.answer(request -> Reply.json(new EventPage(List.of(event), 7, 1)));
    var page = get(client.events(6, 10));
    assertEquals(event.id(), page.items().getFirst().id());
    assertEquals("/internal/v1/events?after=6&limit=10", registry.requests().getFirst().uri());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "not json",
        "[]",
        "{}",
        "{\"decision\":\"perhaps\"}",
        "{\"decision\":\"deny\",\"reason\":\"NOT_A_REASON\"}",
        "{\"decision\":\"allow\",\"device\":{\"tenant\":\"UPPER\",\"device\":\"d\"}}"
      })
  void whatCannotBeReadIsNoAnswer(String body) {
    registry.answer(request -> new Reply(200, body));
    var away = assertAway(client.verify(REQUEST));
    assertFalse(away.getMessage().contains("UPPER"), "what came is not in the message");
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 301, 400, 401, 403, 404, 500, 503})
  void anotherStatusIsNoAnswer(int status) {
    registry.answer(request -> new Reply(status, Reply.json(ALLOWED).body()));
    assertTrue(assertAway(client.verify(REQUEST)).getMessage().contains("" + status));
  }

  @Test
  void aSlowRegistryIsAwayAfterABoundAndNotBeforeLong() {
    registry.answer(request -> Reply.json(ALLOWED));
    beImpatient();
    var latch = registry.hold();
    assertAway(client.verify(REQUEST));
    latch.countDown();
    awaitAllowed();
  }

  private void beImpatient() {
    client.close();
    var config = TestConfig.at(registry.url(), tokenFile, Duration.ofMillis(300));
    client = new HttpRegistryClient(vertx, config);
  }

  /** The machine may be slower than the client has patience. */
  private void awaitAllowed() {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> get(client.verify(REQUEST)).equals(ALLOWED));
  }

  @Test
  void aRegistryThatIsDownIsAwayAndIsFoundAgain() throws IOException {
    registry.answer(request -> Reply.json(ALLOWED));
    assertEquals(ALLOWED, get(client.verify(REQUEST)));
    registry.goDown();
    assertAway(client.verify(REQUEST));
    registry.comeBack();
    await().atMost(PATIENCE).ignoreExceptions().until(() -> get(client.verify(REQUEST)) != null);
  }

  @Test
  void neitherRequestsNorThoseThatWaitAreWithoutBound() {
    registry.answer(request -> Reply.json(ALLOWED));
    var latch = registry.hold();
    var outcomes =
        Multi.createFrom()
            .range(0, 40)
            .onItem()
            .transformToUni(
                n -> client.verify(REQUEST).map(any -> true).onFailure().recoverWithItem(false))
            .merge(40)
            .collect()
            .asList()
            .subscribeAsCompletionStage();
    await().atMost(PATIENCE).until(() -> registry.requests().size() == 4);
    latch.countDown();
    var answered = outcomes.join().stream().filter(ok -> ok).count();
    assertTrue(answered >= 4 && answered <= 14, () -> answered + " of 4 and 10 waiting");
    assertEquals(4, registry.mostUnderWay());
  }

  @Test
  void timedOutRequestsDoNotUseUpTheConnections() {
    registry.answer(request -> Reply.json(ALLOWED));
    beImpatient();
    var latch = registry.hold();
    for (int n = 0; n < 6; n++) {
      assertAway(client.verify(REQUEST));
    }
    latch.countDown();
    for (int n = 0; n < 20; n++) {
      awaitAllowed();
    }
  }

  @Test
  void anEndlessAnswerIsCutOff() {
    registry.answer(request -> new Reply(200, " ".repeat(17 * 1024 * 1024)));
    assertAway(client.verify(REQUEST));
  }

  @Test
  void withoutATokenNothingIsAsked() throws IOException {
    Files.delete(tokenFile);
    var away = assertAway(client.verify(REQUEST));
    assertTrue(away.getMessage().contains("token"));
    assertEquals(List.of(), registry.requests());
    Files.writeString(tokenFile, " \n");
    assertAway(client.verify(REQUEST));
  }

  private static RegistryAwayException assertAway(Uni<?> call) {
    return assertThrows(RegistryAwayException.class, () -> get(call));
  }

  private static <T> T get(Uni<T> call) {
    return call.await().atMost(PATIENCE);
  }
}
