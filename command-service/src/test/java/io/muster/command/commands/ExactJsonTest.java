package io.muster.command.commands;

import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.contract.event.ContractJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactJsonTest {
  private static final CommandLimits LIMITS = config(CommandLimits.class, Map.of());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"rpm\":1.10}",
        "12345678901234567890.123456789",
        "123456789012345678901234567890",
        "[0.1,0.30000000000000004,1E+400,-5]",
        "{\"b\":1,\"a\":{\"z\":[],\"y\":{}}}",
        "\"text\\u0000\\n\"",
        "null",
        "true",
        "[]"
      })
  void aDeviceGetsWhatWasSent(String json) throws JsonProcessingException {
    assertEquals(json, payload("{\"name\":\"x\",\"payload\":" + json + "}"));
    assertEquals(json, PayloadText.json("application/json", bytes(json)).toString());
  }

  @Test
  void withoutOneThereIsNone() throws JsonProcessingException {
    assertEquals("", payload("{\"name\":\"x\"}"));
    assertNull(body("{\"name\":\"x\"}").payload());
  }

  @Test
  void whatIsNoJsonIsNotShownAsSuch() {
    assertNull(PayloadText.json(null, bytes("1 2")));
    assertNull(PayloadText.json(null, bytes("{")));
    assertNull(PayloadText.json("text/plain", bytes("1")));
  }

  private static String payload(String body) throws JsonProcessingException {
    var read = NewCommand.read(body(body), LIMITS, Instant.now());
    return new String(read.payload(), StandardCharsets.UTF_8);
  }

  private static CommandBody body(String json) throws JsonProcessingException {
    return ContractJson.mapper().readValue(json, CommandBody.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
