package io.muster.contract.reading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceMembersTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private static Map<String, String> of(String payload) {
    return TraceMembers.of(payload.getBytes(UTF_8));
  }

  @Test
  void findsTheTraceContextOfAnObject() {
    assertEquals(
        Map.of("traceparent", PARENT, "tracestate", "a=b"),
        of("{\"t\":1,\"traceparent\":\"" + PARENT + "\",\"tracestate\":\"a=b\"}"));
  }

  @Test
  void findsTheTraceContextOfAnArraysFirstObject() {
    assertEquals(
        Map.of("traceparent", PARENT), of("[{\"traceparent\":\"" + PARENT + "\"},{\"t\":1}]"));
  }

  @Test
  void doesNotLookBelowTheFirstLevel() {
    assertEquals(Map.of(), of("{\"a\":{\"traceparent\":\"" + PARENT + "\"}}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[",
        "[]",
        "[[",
        "{\"traceparent\":",
        "{\"traceparent\":1}",
        "\u001f\u008b",
        "traceparent"
      })
  void findsNothingInWhatHasNone(String payload) {
    assertEquals(Map.of(), of(payload));
  }
}
