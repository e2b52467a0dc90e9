package io.muster.contract.id;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {
  private static final DeviceAddress PUMP = DeviceAddress.of("acme", "pump-1");

  @ParameterizedTest
  @ValueSource(strings = {"ab", "demo", "a-b", "0x", "a23456789012345678901234567890123456789b"})
  void acceptsTenants(String name) {
    assertEquals(name, new TenantId(name).value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "-a",
        "a-",
        "Demo",
        "de mo",
        "a/b",
        "a+",
        "#",
        "..",
        "dé",
        "a\0b",
        "a\nb",
        "a2345678901234567890123456789012345678901",
        "api",
        "q",
        "broker",
        "internal",
        "service",
        "platform"
      })
  void refusesWhatIsNoTenant(String name) {
    assertThrows(MalformedIdException.class, () -> new TenantId(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "A", "7", "a.b", "a_b-c.D", "00-11"})
  void acceptsDevices(String name) {
    assertEquals(name, new DeviceId(name).value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "-a",
        "a-",
        "a.",
        "_a",
        "a b",
        "a/b",
        "a+b",
        "#",
        "a:b",
        "a@b",
        "ä",
        "a\0",
        "provision"
      })
  void refusesWhatIsNoDevice(String name) {
    assertThrows(MalformedIdException.class, () -> new DeviceId(name));
  }

  @Test
  void refusesALongDeviceAndShowsOnlyItsHead() {
    assertEquals(80, new DeviceId("d".repeat(80)).value().length());
    var refusal = assertThrows(MalformedIdException.class, () -> new DeviceId("d".repeat(100_000)));
    assertTrue(refusal.getMessage().length() < 300, refusal.getMessage());
    assertEquals("device", refusal.kind());
  }

  @Test
  void showsNoControlCharacterOfAHostileId() {
    var refusal = assertThrows(MalformedIdException.class, () -> new TenantId("a\r\nFATAL b"));
    assertFalse(refusal.getMessage().contains("\n"));
    assertFalse(refusal.getMessage().contains("\r"));
  }

  @Test
  void readsAUserName() {
    assertEquals(PUMP, DeviceAddress.fromUserName("pump-1@acme"));
    assertEquals("pump-1@acme", PUMP.userName());
    assertEquals("acme/pump-1", PUMP.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "pump-1", "@acme", "pump-1@", "a@b@cc", "service:ingest"})
  void refusesWhatIsNoUserName(String name) {
    assertThrows(MalformedIdException.class, () -> DeviceAddress.fromUserName(name));
  }

  @Test
  void refusesAnAbsentUserName() {
    assertThrows(MalformedIdException.class, () -> DeviceAddress.fromUserName(null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"acme:pump-1", "acme:pump-1:", "acme:pump-1:2", "acme:pump-1:a:b c"})
  void acceptsClientIdentifiersOfTheDevice(String value) {
    assertEquals(value, new ClientIdentifier(PUMP, value).value());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "pump-1", "acme:pump-10", "acme:pump-1x", "other:pump-1", "ACME:pump-1"})
  void refusesClientIdentifiersOfOthers(String value) {
    assertThrows(MalformedIdException.class, () -> new ClientIdentifier(PUMP, value));
  }

  @Test
  void refusesAnOverlongClientIdentifier() {
    assertThrows(
        MalformedIdException.class,
        () -> new ClientIdentifier(PUMP, "acme:pump-1:" + "x".repeat(300)));
  }

  @Test
  void namesServicesAtTheBroker() {
    assertEquals("service:ingest", ServiceName.INGEST.userName());
    assertEquals("service:ingest:3", ServiceName.INGEST.clientIdentifier(3));
    assertEquals(ServiceName.INGEST, ServiceName.fromUserName("service:ingest"));
    assertThrows(MalformedIdException.class, () -> ServiceName.fromUserName("ingest"));
    assertThrows(MalformedIdException.class, () -> ServiceName.fromUserName("service:a/b"));
    assertThrows(MalformedIdException.class, () -> ServiceName.fromUserName(null));
  }
}
