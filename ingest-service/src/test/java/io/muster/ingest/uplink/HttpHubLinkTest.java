package io.muster.ingest.uplink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.Golden;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkState;
import io.muster.ingest.access.FakeRegistry;
import io.muster.ingest.access.FakeRegistry.Reply;
import io.muster.rest.client.Neighbour;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.NeighbourConfig;
import io.muster.rest.client.ServiceToken;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an edge says to its hub, and hears from it, over HTTP. */
class HttpHubLinkTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static Vertx vertx;

  @TempDir Path folder;
  private FakeRegistry server;
  private Neighbour hub;
  private HubLink link;

  private record Settings(Path serviceTokenFile, Duration requestTimeout)
      implements NeighbourConfig {
    @Override
    public Optional<Path> caFile() {
      return Optional.empty();
    }

    @Override
    public Duration connectTimeout() {
      return PATIENCE;
    }

    @Override
    public int concurrentRequests() {
      return 1;
    }

    @Override
    public int waitingRequests() {
      return 1;
    }
  }

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
    server = new FakeRegistry();
    connect(PATIENCE);
  }

  private void connect(Duration requestTimeout) throws IOException {
    var secret = Files.writeString(folder.resolve("service.token"), "token-1\n");
    var config = new Settings(secret, requestTimeout);
    var token = new ServiceToken(config.serviceTokenFile(), NeighbourAwayException::new);
    hub = new Neighbour("the hub's ingest", server.url(), vertx, config, token);
    link = new HttpHubLink(hub, "lyon");
  }

  @AfterEach
  void stop() {
    hub.close();
    server.close();
  }

  private UplinkState send() throws IOException {
    return link.send(Golden.read("internal/uplink-batch.json", UplinkBatch.class))
        .await()
        .atMost(PATIENCE);
  }

  @Test
  void saysWhatTheContractSays() throws IOException {
    var state = Golden.read("internal/uplink-state.json", UplinkState.class);
    server.answer(request -> Reply.json(state));
    assertEquals(state, send());
    var said = server.requests().getFirst();
    assertEquals("POST", said.method());
    assertEquals("/internal/v1/sites/lyon/log", said.uri());
    assertEquals("Bearer token-1", said.authorization());
    assertEquals(
        ContractJson.mapper().readTree(Golden.bytes("internal/uplink-batch.json")),
        ContractJson.mapper().readTree(said.body()));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 413, 422, 429, 500, 503})
  void whateverElseIsAnsweredIsNoPosition(int status) {
    server.answer(request -> new Reply(status, "{\"position\": 7}"));
    var failure = assertThrows(NeighbourAwayException.class, this::send);
    assertTrue(
        failure.getMessage().contains(status == 404 ? "takes no logs" : "answered " + status),
        failure::getMessage);
  }

  @Test
  void aHubThatIsSilentIsAway() throws IOException {
    hub.close();
    connect(Duration.ofMillis(300));
    var held = server.hold();
    server.answer(request -> Reply.json(new UplinkState(null, 0, null)));
    assertThrows(NeighbourAwayException.class, this::send);
    held.countDown();
  }

  @Test
  void whatIsNoStateIsNoPosition() {
    server.answer(request -> new Reply(200, "[]"));
    assertThrows(NeighbourAwayException.class, this::send);
  }
}
