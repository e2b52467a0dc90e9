package io.muster.ingest.intake;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.muster.contract.reading.FieldSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FieldSetKeysIT {
  @TempDir static Path folder;

  @Test
  void keysThatWereUsedUpForNothingTakeNoRoom() {
    try (var database = StoreDatabase.start(folder)) {
      database.run(
          "SELECT nextval(pg_get_serial_sequence('field_set', 'key')) FROM generate_series(1, 50)");
      var keys = new FieldSetKeys(100, 3); // the empty set is one of them
      for (var name : List.of("a", "b")) {
        assertNotEquals(FieldSetKeys.NO_ROOM, resolved(database, keys, name));
      }
      assertEquals(FieldSetKeys.NO_ROOM, resolved(database, keys, "c"));
      assertNotEquals(FieldSetKeys.NO_ROOM, resolved(database, keys, "a"));
      assertEquals(3, database.number("SELECT count(*) FROM field_set"));
      // Found, and not inserted again and refused, which would use up a key.
      var last = database.number("SELECT max(key) FROM field_set");
      var other = new FieldSetKeys(100, 100);
      resolved(database, other, "a");
      assertEquals(last + 1, resolved(database, other, "d").longValue());
    }
  }

  private static Integer resolved(StoreDatabase database, FieldSetKeys keys, String name) {
    var set = FieldSet.of(List.of(name));
    return StoreDatabase.await(keys.resolve(database.pool(), Set.of(set))).get(set);
  }
}
