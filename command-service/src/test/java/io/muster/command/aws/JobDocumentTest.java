package io.muster.command.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobDocumentTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"operation\":\"reboot\"}",
        "{ \"n\" : 0.10000000000000000001, \"e\" : 1E400,\n \"big\" : 12345678901234567890 }",
        "{\"ü\":\"\\u00fc\"}"
      })
  void anObjectIsTheDocumentToTheByte(String payload) {
    assertEquals(payload, document("application/json", payload));
    assertEquals(payload, document(null, payload));
    assertEquals(payload, document("application/vnd.acme+json", payload));
  }

  @Test
  void otherJsonIsBesideTheName() {
    assertEquals("{\"name\":\"set\",\"payload\":[1.0]}", document("application/json", "[1.0]"));
    assertEquals("{\"name\":\"set\",\"payload\":\"on\"}", document(null, "\"on\""));
    assertEquals("{\"name\":\"set\",\"payload\":null}", document(null, "null"));
  }

  @Test
  void withoutAPayloadItIsTheName() {
    assertEquals("{\"name\":\"set\"}", document(null, ""));
    assertEquals("{\"name\":\"set\"}", document("application/json", ""));
  }

  @Test
  void bytesAreInBase64() {
    assertEquals(
        "{\"name\":\"set\",\"contentType\":\"text/plain\",\"payloadBase64\":\"aGk=\"}",
        document("text/plain", "hi"));
    assertEquals("{\"name\":\"set\",\"payloadBase64\":\"aGk=\"}", document(null, "hi"));
    assertEquals(
        "{\"name\":\"set\",\"payloadBase64\":\"/w==\"}",
        JobDocument.of("set", null, new byte[] {(byte) 0xff}));
  }

  @Test
  void whatOnlySaysThatItIsJsonIsInBase64() {
    assertEquals(
        "{\"name\":\"set\",\"contentType\":\"application/json\",\"payloadBase64\":\"e30g4A==\"}",
        JobDocument.of("set", "application/json", new byte[] {'{', '}', ' ', (byte) 0xe0}));
    assertEquals(
        "{\"name\":\"set\",\"payloadBase64\":\"eyJhIjoxfXt9\"}", document(null, "{\"a\":1}{}"));
  }

  private static String document(String contentType, String payload) {
    return JobDocument.of("set", contentType, payload.getBytes(StandardCharsets.UTF_8));
  }
}
