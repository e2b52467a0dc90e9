package io.muster.contract.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples of MQTT 5 §4.7 and what lies beside them. */
class TopicFilterTest {

  @ParameterizedTest
  @CsvSource({
    "sport/tennis/player1/#,sport/tennis/player1,true",
    "sport/tennis/player1/#,sport/tennis/player1/ranking,true",
    "sport/tennis/player1/#,sport/tennis/player1/score/wimbledon,true",
    "sport/tennis/player1/#,sport/tennis/player10,false",
    "sport/#,sport,true",
    "#,sport,true",
    "#,/,true",
    "#,$SYS/x,false",
    "+/x,$SYS/x,false",
    "$SYS/#,$SYS/x,true",
    "sport/tennis/+,sport/tennis/player1,true",
    "sport/tennis/+,sport/tennis/player1/ranking,false",
    "sport/+,sport,false",
    "sport/+,sport/,true",
    "+/+,/finance,true",
    "/+,/finance,true",
    "+,/finance,false",
    "a/b,a/b,true",
    "a/b,a/c,false",
    "a/b,a,false",
    "a,a/b,false",
    "a/,a/,true",
    "a/,a,false",
    "a,a/,false",
    "a/+/c,a//c,true",
    "a/+/#,a/b,true",
    "a/+/#,a,false"
  })
  void matchesAsTheSpecificationSays(String filter, String topicName, boolean expected) {
    assertEquals(expected, new TopicFilter(filter).matches(topicName));
  }

  @ParameterizedTest
  @ValueSource(strings = {"#", "+", "/", "a/+/b", "+/tennis/#", "/+", "a/#", "$share", "a b/ü"})
  void acceptsFilters(String filter) {
    assertTrue(TopicFilter.isValid(filter));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "sport/tennis#",
        "sport/tennis/#/ranking",
        "sport+",
        "a/+b",
        "##",
        "++",
        "a\0"
      })
  void refusesMisplacedWildcards(String filter) {
    assertFalse(TopicFilter.isValid(filter));
    assertThrows(IllegalArgumentException.class, () -> new TopicFilter(filter));
  }
}
