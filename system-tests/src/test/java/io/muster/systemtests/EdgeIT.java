package io.muster.systemtests;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.localstack.FreePort;
import io.muster.localstack.postgres.LocalPostgres;
import io.muster.systemtests.devices.AnsweringDevice;
import io.muster.systemtests.stack.OwnReplica;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An edge, with a database of its own, whose devices are commanded from the hub. */
@Tag("full")
@ExtendWith(SharedStack.class)
class EdgeIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;

  private final RunningStack stack;

  EdgeIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void whatADeviceAtAnEdgeAnswersIsKnownAtTheHubAlsoAfterAKill() {
    var device = stack.newDevice(stack.newTenant(), "press-1");
    try (var postgres = LocalPostgres.start(folder.resolve("database"), FreePort.any());
        var edge = OwnReplica.start(stack, "ingest-edge", settings(postgres));
        var answering =
            AnsweringDevice.connect(device, edge.endpointPort(), name -> Optional.of(200))) {
      var first = send(device.address(), "{\"name\":\"stop\"}");
      await().atMost(SOON).until(() -> state(device.address(), first).equals("succeeded"));
      assertTrue(sessionsAtTheHub().contains(device.address().tenant() + ":press-1"));

      edge.kill();
      var second = send(device.address(), "{\"name\":\"go\"}");
      edge.startAgain();
      // The device comes back by itself, and the hub hears that it has.
      await().atMost(SOON).until(() -> state(device.address(), second).equals("succeeded"));
      assertEquals(
          "go", answering.heard().getLast().getTopic().getLevels().getLast(), "the last one");
      assertEquals(0, edge.metrics().sum("muster_uplink_missed_messages_total"));
    }
  }

  private Map<String, String> settings(LocalPostgres postgres) {
    var database = postgres.createServices().get("ingest");
    return Map.of(
        "MUSTER_DATABASE_URL", database.url(),
        "MUSTER_DATABASE_USER", database.user(),
        "MUSTER_DATABASE_PASSWORD", database.password(),
        "MUSTER_SITE", "lyon",
        "MUSTER_UPLINK_URL", stack.ingest(1));
  }

  private String sessionsAtTheHub() {
    return stack
        .http()
        .get(
            stack.ingest(2) + "/internal/v1/sessions?limit=1000", stack.tokens().service("command"))
        .expect(200)
        .body();
  }

  private String commands(DeviceAddress device) {
    return stack.command(1)
        + "/api/v1/tenants/"
        + device.tenant()
        + "/devices/"
        + device.device()
        + "/commands";
  }

  private String send(DeviceAddress device, String json) {
    return stack
        .http()
        .post(commands(device), stack.tokens().admin(), json)
        .expect(201)
        .json()
        .path("id")
        .asText();
  }

  private String state(DeviceAddress device, String id) {
    return stack
        .http()
        .get(commands(device) + "/" + id, stack.tokens().admin())
        .expect(200)
        .json()
        .path("state")
        .asText();
  }
}
