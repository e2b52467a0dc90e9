package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.GeneratedPackets.Words;
import io.smallrye.mutiny.Uni;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A crowd that shows claim tokens and then says anything; when it has gone nothing is left. */
class HostileNewcomersTest {
  private static final long SEED = 815;
  private static final int CLIENTS = 300;
  private static final String OWN = "provision/acme/r1";
  private static final Words WORDS =
      new Words(
          List.of(
              "acme:provision:r1",
              "acme:provision:r2",
              "acme:provision:r3",
              "acme:provision:",
              "acme:boiler"),
          List.of("provision@acme", "provision@acme", "provision@", "boiler@acme"),
          List.of(FakeProvisioning.TOKEN, FakeProvisioning.TOKEN, "guessed", ""),
          List.of(
              OWN + "/req",
              OWN + "/req",
              "provision/acme/r2/req",
              "telemetry/acme/boiler",
              OWN + "/res",
              "",
              "#"),
          List.of(OWN + "/res", OWN + "/res", "#", "provision/+/+/res", "a/#/b", ""));

  /**
   * Context propagation makes itself at its first use, which fails when two loops are the first.
   */
  @BeforeAll
  static void prepareContextPropagation() {
    Uni.createFrom().voidItem().subscribe().with(nothing -> {});
  }

  private final TestEndpoint server = TestEndpoint.start("connections.per-second", "1000000");

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void leaveNothingBehindAndBecomeNoDevices() throws Exception {
    var crowd =
        new HostileCrowd(List.of(WORDS), () -> new Socket("127.0.0.1", server.port()), false);
    try (var errors = LoggedLines.from(Level.WARNING)) {
      var heard = crowd.run(SEED, CLIENTS, 50);
      assertTrue(heard > CLIENTS / 10, "only so many heard anything: " + heard);
      for (var held : List.of("connections", "newcomers", "knocking", "paused", "memory.bytes")) {
        await(held)
            .atMost(Duration.ofSeconds(60))
            .until(() -> server.gauge("muster.endpoint." + held) == 0);
      }
      assertEquals(List.of(), errors.lines());
    }
    assertEquals(0, server.count("muster.endpoint.disconnects", "reason", "server-error"));
    assertEquals(List.of(), server.sessions.claims);
    assertTrue(server.intake.offered.isEmpty());
    assertTrue(server.provisioning.claims.size() > CLIENTS / 10, "hardly anybody was a newcomer");
    var honest =
        ConnectPacket.of(MQTT_5)
            .user("provision@acme")
            .client("acme:provision:honest")
            .password(FakeProvisioning.TOKEN);
    RawClient.connected(server, honest).disconnect();
  }
}
