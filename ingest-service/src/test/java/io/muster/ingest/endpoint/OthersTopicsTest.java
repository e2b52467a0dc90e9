package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each kind of topic that there is for devices, of another tenant's device, of one of the same name
 * there, and of another one of its own tenant.
 */
class OthersTopicsTest {
  private static final List<String> OTHERS =
      List.of("acme/other", "globex/boiler", "globex/other", "globex/nobody");

  private TestEndpoint server;

  @BeforeEach
  void start() {
    server = TestEndpoint.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Muster's names, and AWS IoT's. */
  private static List<String> ofOthers(List<String> muster, List<String> aws) {
    return OTHERS.stream()
        .flatMap(
            other ->
                Stream.concat(
                    muster.stream().map(it -> it.formatted(other)),
                    aws.stream().map(it -> it.formatted(other.replace('/', ':')))))
        .toList();
  }

  @Test
  void takesNothingForOthers() {
    var topics =
        ofOthers(
            List.of(
                "telemetry/%s",
                "event/%s",
                "command/%s/res/17/200",
                "shadow/%s/get",
                "shadow/%s/update",
                "shadow/%s/delete",
                "shadow/%s/name/config/get",
                "shadow/%s/name/config/update",
                "shadow/%s/name/config/delete",
                "firmware/%s/feedback",
                "presence/%s"),
            List.of(
                "$aws/things/%s/shadow/get",
                "$aws/things/%s/shadow/update",
                "$aws/things/%s/shadow/delete",
                "$aws/things/%s/shadow/name/config/get",
                "$aws/things/%s/shadow/name/config/update",
                "$aws/things/%s/shadow/name/config/delete",
                "$aws/things/%s/jobs/get",
                "$aws/things/%s/jobs/start-next",
                "$aws/things/%s/jobs/17/get",
                "$aws/things/%s/jobs/$next/get",
                "$aws/things/%s/jobs/17/update"));
    try (var client = RawClient.connected(server, MQTT_5)) {
      for (int i = 1; i <= topics.size(); i++) {
        client.publish(topics.get(i - 1), 1, i, "{}").expect("40 03 %04X 87".formatted(i));
      }
    }
    assertTrue(server.intake.offered.isEmpty());
    assertEquals(topics.size(), server.intake.letters.size());
  }

  @Test
  void letsNobodyHearWhatIsForOthers() {
    var filters =
        ofOthers(
            List.of(
                "command/%s/req/#",
                "command/%s/req/17/on",
                "shadow/%s/#",
                "shadow/%s/update/delta",
                "shadow/%s/name/+/update/delta",
                "firmware/%s/notify"),
            List.of(
                "$aws/things/%s/#",
                "$aws/things/%s/shadow/#",
                "$aws/things/%s/shadow/get/+",
                "$aws/things/%s/shadow/name/+/get/accepted",
                "$aws/things/%s/jobs/notify",
                "$aws/things/%s/jobs/notify-next"));
    try (var client = RawClient.connected(server, MQTT_5)) {
      for (int i = 1; i <= filters.size(); i++) {
        client.subscribe(i, filters.get(i - 1), 1).expect("90 04 %04X 00 87".formatted(i));
      }
      for (var other : OTHERS) {
        server.deliver("command/" + other + "/req/17/on", "!", 1);
        server.deliver("shadow/" + other + "/update/delta", "!", 1);
        server.deliver("firmware/" + other + "/notify", "!", 1);
      }
      client.expectNothing();
    }
  }
}
