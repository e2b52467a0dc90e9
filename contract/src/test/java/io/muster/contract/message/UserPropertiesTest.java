package io.muster.contract.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.event.ContractJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UserPropertiesTest {
  private static final ObjectMapper JSON = ContractJson.mapper();
  private static final UserProperties TWICE =
      UserProperties.builder().add("b", "1").add("a", "2").add("b", "3").build();

  @Test
  void keepOrderAndRepetitions() {
    List<String> seen = new ArrayList<>();
    TWICE.forEach((name, value) -> seen.add(name + "=" + value));
    assertEquals(List.of("b=1", "a=2", "b=3"), seen);
    assertEquals(3, TWICE.size());
    assertTrue(TWICE.hasRepeatedNames());
  }

  @Test
  void tellTheLastValueOfAName() {
    assertEquals("3", TWICE.get("b"));
    assertNull(TWICE.get("c"));
    assertEquals(Map.of("b", "3", "a", "2"), TWICE.asMap());
  }

  @Test
  void areAnObjectInJsonWhereThatSaysAll() throws JsonProcessingException {
    var once = UserProperties.builder().add("b", "1").add("a", "2").build();
    assertEquals("{\"b\":\"1\",\"a\":\"2\"}", JSON.writeValueAsString(once));
    assertEquals("{}", JSON.writeValueAsString(UserProperties.NONE));
    assertEquals("[[\"b\",\"1\"],[\"a\",\"2\"],[\"b\",\"3\"]]", JSON.writeValueAsString(TWICE));
  }

  @Test
  void areReadFromBothForms() throws JsonProcessingException {
    assertEquals(TWICE, JSON.readValue(JSON.writeValueAsString(TWICE), UserProperties.class));
    assertEquals(
        UserProperties.builder().add("b", "1").add("a", "2").build(),
        JSON.readValue("{\"b\":\"1\",\"a\":\"2\"}", UserProperties.class));
    assertTrue(JSON.readValue("{}", UserProperties.class).isEmpty());
  }

  @Test
  void areReadFromNothingElse() {
    assertThrows(IllegalArgumentException.class, () -> UserProperties.fromJson("text"));
    assertThrows(IllegalArgumentException.class, () -> UserProperties.fromJson(List.of("a")));
  }

  @Test
  void areEqualInTheSameOrderAlone() {
    assertEquals(UserProperties.of("a", "1"), UserProperties.of(Map.of("a", "1")));
    assertFalse(
        UserProperties.builder()
            .add("a", "1")
            .add("b", "2")
            .build()
            .equals(UserProperties.builder().add("b", "2").add("a", "1").build()));
  }

  @Test
  void countWhatTheyHold() {
    assertEquals(0, UserProperties.NONE.heldBytes());
    assertEquals(128 + 2 * 5, UserProperties.of("ab", "cde").heldBytes());
  }
}
