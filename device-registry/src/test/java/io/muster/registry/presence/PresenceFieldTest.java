package io.muster.registry.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.search.Filter;
import io.muster.registry.search.SqlText;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PresenceFieldTest {
  private static String written(String filter) {
    var sql = new SqlText();
    Filter.read(filter).write(name -> Optional.of(new PresenceField("p.status")), sql);
    assertEquals(0, sql.values().size());
    return sql.text();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "presence==online|((p.status = 'online'))",
        "presence!=offline|((p.status = 'offline') IS NOT TRUE)",
        "presence==unknown|((p.status IS NULL))",
        "presence!=unknown|((p.status IS NULL) IS NOT TRUE)",
        "presence=in=(online,unknown)|((p.status = 'online' OR p.status IS NULL))",
        "presence=out=(online,offline)|((p.status = 'online' OR p.status = 'offline') IS NOT TRUE)"
      })
  void isWrittenForAnIndex(String filter, String sql) {
    assertEquals(sql, written(filter));
  }

  @ParameterizedTest
  @ValueSource(strings = {"presence==Online", "presence==on*", "presence=='on\\'line'"})
  void knowsNoOtherWords(String filter) {
    var detail = refusal(filter);
    assertTrue(detail.contains("is one of online, offline, unknown"), detail);
  }

  @Test
  void hasNoOrder() {
    assertTrue(refusal("presence=gt=online").contains("has no order"));
    assertTrue(refusal("presence=ex=online").contains("has no order"));
  }

  private static String refusal(String filter) {
    var refused = assertThrows(RefusedException.class, () -> written(filter));
    return ((Refusal.Malformed) refused.refusal()).errors().getFirst().detail();
  }
}
