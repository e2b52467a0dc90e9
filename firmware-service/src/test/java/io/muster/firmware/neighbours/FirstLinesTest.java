package io.muster.firmware.neighbours;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpServer;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceView;
import io.muster.firmware.HandWired;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.RefusedQuestionException;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices of a registry over real HTTP, which says them a line each. */
class FirstLinesTest {
  private static final TenantId TENANT = new TenantId("demo");

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private HttpServer server;
  private Neighbours neighbours;
  private volatile int status = 200;
  private volatile String body = "";
  private volatile long length;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(status, length);
            exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
          }
        });
    server.start();
    var url = "http://127.0.0.1:" + server.getAddress().getPort();
    var token = Files.writeString(folder.resolve("service.token"), "x").toString();
    neighbours =
        new Neighbours(
            vertx,
            HandWired.config(
                NeighboursConfig.class,
                Map.of(
                    "muster.firmware.neighbours.registry-url", url,
                    "muster.firmware.neighbours.ingest-url", url,
                    "muster.firmware.neighbours.service-token-file", token,
                    "muster.firmware.neighbours.request-timeout", "60s")));
  }

  @AfterEach
  void stop() {
    neighbours.close();
    vertx.closeAndForget();
    server.stop(0);
  }

  @Test
  void soManyAreTakenAndNoMore() {
    body = line("a") + line("b") + line("c");
    assertEquals(List.of("a", "b"), ids(2));
    assertEquals(List.of("a", "b", "c"), ids(3));
    assertEquals(List.of("a", "b", "c"), ids(10));
  }

  @Test
  void theRestOfALongAnswerIsNotReadAndTheNextQuestionIsAnswered() {
    body = line("a").repeat(200_000);
    assertEquals(List.of("a"), ids(1));
    assertEquals(List.of("a", "a"), ids(2));
  }

  @Test
  void theLastLineNeedNoEnd() {
    body = line("a") + line("b").strip();
    assertEquals(List.of("a", "b"), ids(10));
  }

  @Test
  void anAnswerThatBreaksOffIsNone() {
    body = line("a");
    length = 1_000;
    assertThrows(NeighbourAwayException.class, () -> ids(10));
  }

  @Test
  void aLineWithoutEndIsNone() {
    body = "x".repeat(100_000);
    assertThrows(NeighbourAwayException.class, () -> ids(1));
  }

  @Test
  void whatItDoesNotUnderstandIsSaidInItsWords() {
    status = 400;
    body = "{\"detail\":\"none\",\"errors\":[{\"detail\":\"has no field colour\"}]}";
    var refused = assertThrows(RefusedQuestionException.class, () -> ids(1));
    assertEquals("has no field colour", refused.getMessage());
    body = "<html>";
    refused = assertThrows(RefusedQuestionException.class, () -> ids(1));
    assertEquals("is not understood by the registry", refused.getMessage());
  }

  @Test
  void aTenantThatThereIsNotHasNoDevices() {
    status = 404;
    assertEquals(List.of(), ids(1));
  }

  @Test
  void anythingElseIsNoAnswer() {
    status = 503;
    assertThrows(NeighbourAwayException.class, () -> ids(1));
  }

  private List<String> ids(int most) {
    return neighbours.devices(TENANT, "tag==lab", most).await().indefinitely().stream()
        .map(it -> it.device().device().value())
        .toList();
  }

  private static String line(String id) {
    try {
      var view = new DeviceView(DeviceAddress.of("demo", id), true, null, 1);
      return ContractJson.mapper().writeValueAsString(view) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
