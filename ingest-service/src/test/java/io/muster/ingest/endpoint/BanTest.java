package io.muster.ingest.endpoint;

import static io.muster.ingest.endpoint.packets.ProtocolVersion.MQTT_5;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who failed to authenticate again and again. */
class BanTest {
  private TestEndpoint server;

  @AfterEach
  void stop() {
    server.close();
  }

  private void start(String... settings) {
    var notOurselves = Stream.of("bans.never", "192.0.2.1");
    server =
        TestEndpoint.start(
            Stream.concat(notOurselves, Arrays.stream(settings)).toArray(String[]::new));
  }

  private void fail(String device) {
    var wrong = ConnectPacket.of(MQTT_5).device(device).password("wrong");
    try (var client = RawClient.knock(server, wrong)) {
      client.expectConnAck(ReasonCode.BAD_USER_NAME_OR_PASSWORD);
    }
  }

  private double bans(String of) {
    return server.count("muster.endpoint.bans", "of", of);
  }

  @ParameterizedTest
  @CsvSource({"MQTT_5, 8A", "MQTT_3_1_1, 05"})
  void refusesADeviceFromItsAddressWithoutAskingTheRegistry(ProtocolVersion version, String code) {
    start("bans.device-failures", "3");
    for (int i = 0; i < 3; i++) {
      fail("boiler");
    }
    await().until(() -> bans("device") == 1);
    server.access.lastProof = null;
    try (var client = RawClient.knock(server, ConnectPacket.of(version))) {
      var connAck = client.expectConnAck(ReasonCode.BANNED);
      assertEquals(Integer.parseInt(code, 16), connAck.body()[1] & 0xFF);
      client.expectEnd();
    }
    assertNull(server.access.lastProof);
    server.awaitCount(1, "muster.endpoint.connects", "outcome", "banned");
    RawClient.connected(server, ConnectPacket.of(MQTT_5).device("pump")).close();
  }

  @Test
  void closesAnAddressUnreadAndTakesNoPlaceForIt() {
    start("bans.address-failures", "3");
    for (var device : new String[] {"a", "b", "c"}) {
      fail(device);
    }
    await().until(() -> bans("address") == 1);
    try (var client = RawClient.open(server, MQTT_5)) {
      client.expectEnd();
    }
    server.awaitCount(1, "muster.endpoint.connects", "outcome", "banned-address");
    assertEquals(0, server.gauge("muster.endpoint.knocking"));
  }

  @Test
  void countsThoseWhoDoNotWaitForTheAnswer() {
    start("bans.device-failures", "3");
    server.access.holdAdmissions();
    for (int i = 1; i <= 3; i++) {
      var asked = i;
      try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5).password("wrong"))) {
        await().until(() -> server.access.heldAdmissions() == asked);
      }
    }
    server.access.letAdmissionsGo();
    await().until(() -> bans("device") == 1);
  }

  /** Who is in stays in: anybody can fail in its name. */
  @Test
  void endsNoConnection() {
    start("bans.device-failures", "3", "bans.address-failures", "3");
    try (var device = RawClient.connected(server, MQTT_5)) {
      for (int i = 0; i < 3; i++) {
        fail("boiler");
      }
      device.publish(1, 1, "{}").expect("40 02 0001");
    }
  }

  @Test
  void aBanEndsByItself() {
    start("bans.device-failures", "1", "bans.first", "300ms");
    fail("boiler");
    await().until(this::isLetIn);
  }

  private boolean isLetIn() {
    try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5))) {
      return client.hear().body()[1] == 0;
    }
  }

  @Test
  void whoAuthenticatesIsForgiven() {
    start("bans.device-failures", "3");
    for (int i = 0; i < 5; i++) {
      fail("boiler");
      fail("boiler");
      RawClient.connected(server, MQTT_5).close();
    }
    assertEquals(0, bans("device"));
  }

  /** It is who it says it is, and an operator may enable it again at any time. */
  @Test
  void aDisabledDeviceIsNotBanned() {
    start("bans.device-failures", "1");
    for (int i = 0; i < 3; i++) {
      try (var client = RawClient.knock(server, ConnectPacket.of(MQTT_5).device("disabled"))) {
        client.expectConnAck(ReasonCode.NOT_AUTHORIZED);
      }
    }
    assertEquals(0, bans("device"));
  }

  @ParameterizedTest
  @EnumSource
  void aRegistryThatIsAwayBansNobody(ProtocolVersion version) {
    start("bans.device-failures", "1", "bans.address-failures", "1");
    server.access.registryAway = true;
    try (var client = RawClient.knock(server, ConnectPacket.of(version))) {
      client.expectConnAck(ReasonCode.SERVER_UNAVAILABLE);
    }
    server.access.registryAway = false;
    RawClient.connected(server, version).close();
  }

  @Test
  void sparesItsOwnMachineUnlessToldOtherwise() {
    server = TestEndpoint.start("bans.device-failures", "1", "bans.address-failures", "1");
    fail("boiler");
    fail("boiler");
    RawClient.connected(server, MQTT_5).close();
  }
}
