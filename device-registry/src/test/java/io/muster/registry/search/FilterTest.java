package io.muster.registry.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilterTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "id==a                   | (d.id = $1)",
        "id==a*                  | (d.id LIKE $1)",
        "id!=a                   | ((d.id = $1) IS NOT TRUE)",
        "id=in=(a,b)             | (d.id = ANY($1))",
        "id=out=(a,b)            | ((d.id = ANY($1)) IS NOT TRUE)",
        "id>a                    | (d.id > $1)",
        "id=le=a                 | (d.id <= $1)",
        "id=ex=false             | (d.id IS NULL)",
        "tag==a                  | ((d.tags @> $1::text[]))",
        "tag!=a                  | ((d.tags @> $1::text[]) IS NOT TRUE)",
        "tag=in=(a,b)            | ((d.tags && $1::text[]))",
        "tag=out=(a,b)           | ((d.tags && $1::text[]) IS NOT TRUE)",
        "tag=ex=true             | ((d.tags <> '{}'))",
        "tag=ex=false            | ((d.tags <> '{}') IS NOT TRUE)",
        "enabled==true           | ((d.enabled))",
        "enabled!=true           | (NOT (d.enabled))",
        "createdAt=ge=2026-11-25T08:00:00Z | (d.created_at >= $1)",
        "attributes.a==x         | ((d.attributes @> $1::jsonb))",
        "attributes.a==3         | ((d.attributes @> $1::jsonb OR d.attributes @> $2::jsonb))",
        "id==a;id==b,id==c       | (((d.id = $1) AND (d.id = $2)) OR (d.id = $3))",
        "id==a;(id==b,id==c)     | ((d.id = $1) AND ((d.id = $2) OR (d.id = $3)))",
        "id==a and id==b or id==c| (((d.id = $1) AND (d.id = $2)) OR (d.id = $3))"
      })
  void becomesACondition(String filter, String condition) {
    assertEquals(condition.strip(), written(filter).text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id=='x\\' OR 1=1 --'",
        "id==\"'; DROP TABLE device; --\"",
        "attributes.a=='\"}\\' OR true --'",
        "tag==\"{}') OR true --\""
      })
  void whatComesFromOutsideIsAValue(String filter) {
    var text = written(filter).text();
    assertTrue(text.matches("[\\w.$@>=:()\\[\\] ]+"), text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "id=                    | is no RSQL",
        "id==a;                 | is no RSQL",
        "\"\"                   | is no RSQL",
        "secret==a              | asks about 'secret', which is unknown",
        "attributes==a          | asks about 'attributes', which is unknown",
        "attributes.a..b==a     | asks about 'attributes.a..b', which is unknown",
        "enabled==perhaps       | 'enabled' is to be compared with true or false",
        "enabled=gt=true        | 'enabled' is true or false",
        "createdAt==yesterday   | 'createdAt' is to be compared with a time",
        "createdAt<+99999-01-01T00:00:00Z | 'createdAt' is to be compared with a time",
        "createdAt>-0001-01-01T00:00:00Z | 'createdAt' is to be compared with a time",
        "createdAt=in=(a,b)     | 'createdAt' is a time, to which =in=",
        "tag=gt=a               | 'tag' has no order",
        "id=ex=1                | 'id' is to be compared with true or false",
        "id=like=a              | is no RSQL"
      })
  void isRefusedWithWhatIsWrong(String filter, String why) {
    var detail = refusal(filter);
    assertTrue(detail.startsWith(why.strip()), detail);
  }

  @Test
  void isRefusedWithANul() {
    assertTrue(refusal("id==a\0").startsWith("holds a NUL"));
  }

  @Test
  void isRefusedWhenItIsTooLarge() {
    assertTrue(refusal("id==" + "x".repeat(5_000)).startsWith("is longer than 4096"));
    assertTrue(refusal("(".repeat(33) + "id==a" + ")".repeat(33)).startsWith("is nested deeper"));
    assertTrue(refusal("id==a" + ",id==a".repeat(64)).startsWith("has more than 64 comparisons"));
    var many = "id=in=(a" + ",a".repeat(256) + ")";
    assertTrue(refusal(many).startsWith("compares 'id' with more than 256 values"));
  }

  @ParameterizedTest
  @CsvSource({"a*,a%", "*,%", "50%,50\\%", "a_b*,a\\_b%", "a\\*b*,a*b%", "\\,\\\\"})
  void aStarStandsForAnything(String text, String pattern) {
    assertEquals(pattern, Wildcard.likePattern(text));
  }

  @Test
  void anEscapedStarStandsForItself() {
    assertEquals("(d.id = $1)", written("id=='a\\\\*'").text());
  }

  private static SqlText written(String filter) {
    var sql = new SqlText();
    Filter.read(filter).write(FilterTest::field, sql);
    return sql;
  }

  private static Optional<FilterField> field(String name) {
    return Optional.ofNullable(
        switch (name) {
          case "id" -> new TextField("d.id");
          case "tag" -> new TagField("d.tags");
          case "enabled" -> new BooleanField("d.enabled");
          case "createdAt" -> new TimeField("d.created_at");
          case "attributes.a" -> new JsonField("d.attributes", List.of("a"));
          default -> null;
        });
  }

  private static String refusal(String filter) {
    var refused = assertThrows(RefusedException.class, () -> written(filter));
    var malformed = (Refusal.Malformed) refused.refusal();
    assertEquals("filter", malformed.errors().getFirst().parameter());
    return malformed.errors().getFirst().detail();
  }
}
