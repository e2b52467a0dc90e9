package io.muster.registry.firmware;

import static io.muster.registry.firmware.InstalledFixture.application;
import static io.muster.registry.firmware.InstalledFixture.event;
import static io.muster.registry.firmware.InstalledFixture.firmware;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.Golden;
import io.muster.contract.id.DeviceAddress;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstalledTest {
  private static final String TOPIC = "platform/firmware/installed/acme/pump-1";

  @Test
  void whatFirmwareServiceSaysIsRead() {
    var read = Installed.read(event(TOPIC, Golden.bytes("events/firmware.installed.json")));
    assertEquals(
        Optional.of(
            new Installed(
                DeviceAddress.of("acme", "pump-1"),
                List.of(firmware("bootloader", "1.4.2"), application("dosing", "3.0")),
                Instant.parse("2026-11-01T12:00:00Z"))),
        read);
  }

  @Test
  void itIsKnownByItsTopicName() {
    assertTrue(Installed.isToldBy(TOPIC));
    assertFalse(Installed.isToldBy("platform/firmware/rollout/acme/pump-1"));
    assertFalse(Installed.isToldBy("firmware/acme/pump-1/notify"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no JSON",
        "null",
        "[]",
        "{\"specversion\":\"1.0\"}",
        "{'data':null}",
        "{'data':{}}",
        "{'data':{'modules':[]}}",
        "{'data':{'modules':null,'at':'2026-11-01T12:00:00Z'}}",
        "{'data':{'modules':[null],'at':'2026-11-01T12:00:00Z'}}",
        "{'data':{'modules':[{'name':'a','type':'firmware'}],'at':'2026-11-01T12:00:00Z'}}",
        "{'data':{'modules':[],'at':'yesterday'}}"
      })
  void whatCannotBeReadHoldsNothingUp(String text) {
    var head =
        "{'specversion':'1.0','id':'0190163d-8694-739b-aea5-966c26f8ad95','source':'/muster/firmware',"
            + "'type':'io.muster.firmware.installed','data'";
    var payload = text.replace("{'data'", head).replace('\'', '"');
    assertEquals(Optional.empty(), Installed.read(event(TOPIC, payload)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "platform/firmware/installed/acme",
        "platform/firmware/installed/ACME/pump-1",
        "platform/firmware/installed/acme/a b",
        "platform/firmware/installed/acme/pump-1/more"
      })
  void whatNamesNoDeviceHoldsNothingUp(String topic) {
    var payload = Golden.bytes("events/firmware.installed.json");
    assertEquals(Optional.empty(), Installed.read(event(topic, payload)));
  }
}
