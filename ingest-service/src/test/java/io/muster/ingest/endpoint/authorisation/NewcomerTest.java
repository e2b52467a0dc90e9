package io.muster.ingest.endpoint.authorisation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.Properties;
import io.muster.ingest.endpoint.packets.ProtocolVersion;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.packets.Will;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class NewcomerTest {
  private static final String USER = "provision@acme";
  private static final String CLIENT = "acme:provision:r1";

  private static Packet.Connect connect(
      ProtocolVersion version,
      String client,
      boolean clean,
      String user,
      String password,
      Will will) {
    return new Packet.Connect(
        version,
        client,
        clean,
        60,
        user,
        password == null ? null : password.getBytes(UTF_8),
        will,
        Properties.NONE);
  }

  private static Packet.Connect connect(String user, String client, String password) {
    return connect(ProtocolVersion.MQTT_5, client, true, user, password, null);
  }

  @Test
  void isReadWithItsTopics() throws Exception {
    var newcomer = Newcomer.of(connect(USER, CLIENT, "claim"));
    assertEquals("acme", newcomer.tenant().value());
    assertEquals("claim", newcomer.claimToken());
    assertEquals("provision/acme/r1/req", newcomer.requestTopic());
    assertEquals("provision/acme/r1/res", newcomer.answerTopic());
    assertFalse(newcomer.toString().contains("claim"));
    assertEquals(null, newcomer.withoutToken().claimToken());
  }

  @ParameterizedTest
  @CsvSource({
    "provision@acme, true",
    "provision@, true",
    "provision@ACME, true",
    "provision, false",
    "provisio@acme, false",
    "boiler@acme, false",
    "PROVISION@acme, false"
  })
  void isKnownByItsUserName(String user, boolean is) {
    assertEquals(is, Newcomer.isOne(connect(user, CLIENT, "x")));
  }

  @Test
  void isNobodyWithoutAUserName() {
    assertFalse(Newcomer.isOne(connect(null, CLIENT, "x")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "acme:provision",
        "acme:provision:",
        "acme:provision:a/b",
        "acme:provision:+",
        "acme:provision:#",
        "acme:provision:a b",
        "acme:provision:é",
        "globex:provision:r1",
        "acme:boiler",
        "acme:boiler:r1",
        "provision:r1"
      })
  void needsAClientIdentifierOfItsTenant(String client) {
    assertRefused(connect(USER, client, "x"), ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
  }

  @Test
  void mayNotHaveALongerRandomThanFitsIntoItsTopic() {
    assertTrue(Newcomer.isOne(connect(USER, CLIENT, "x")));
    assertRefused(
        connect(USER, "acme:provision:" + "r".repeat(129), "x"),
        ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
  }

  @ParameterizedTest
  @ValueSource(strings = {"provision@", "provision@ACME", "provision@platform", "provision@a/b"})
  void needsATenant(String user) {
    assertRefused(connect(user, CLIENT, "x"), ReasonCode.BAD_USER_NAME_OR_PASSWORD);
  }

  @ParameterizedTest
  @NullAndEmptySource
  void needsAPassword(String password) {
    assertRefused(connect(USER, CLIENT, password), ReasonCode.BAD_USER_NAME_OR_PASSWORD);
  }

  @Test
  void leavesNoWill() {
    var will = new Will("presence/acme/boiler", new byte[0], 1, false, Properties.NONE);
    assertRefused(
        connect(ProtocolVersion.MQTT_5, CLIENT, true, USER, "x", will), ReasonCode.NOT_AUTHORIZED);
  }

  @Test
  void keepsNoSession() throws Exception {
    assertRefused(
        connect(ProtocolVersion.MQTT_3_1_1, CLIENT, false, USER, "x", null),
        ReasonCode.NOT_AUTHORIZED);
    // MQTT 5 says in CONNACK that it is not kept.
    Newcomer.of(connect(ProtocolVersion.MQTT_5, CLIENT, false, USER, "x", null));
  }

  private static void assertRefused(Packet.Connect connect, ReasonCode code) {
    var nobody = assertThrows(Claimant.NobodyException.class, () -> Newcomer.of(connect));
    assertEquals(code, nobody.code());
  }
}
