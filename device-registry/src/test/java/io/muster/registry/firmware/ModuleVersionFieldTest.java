package io.muster.registry.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.registry.search.Comparison;
import io.muster.registry.search.FilterField.UnfitComparisonException;
import io.muster.registry.search.SqlText;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModuleVersionFieldTest {
  private final ModuleVersionField field = new ModuleVersionField("f.modules", "boot.loader");

  @Test
  void aVersionIsAMemberWhoseNameMayHoldDots() {
    var sql = written(Comparison.EQUAL, "1.4.2");
    assertEquals("(f.modules @> $1::jsonb)", sql.text());
    assertEquals("{\"boot.loader\":\"1.4.2\"}", sql.values().getValue(0).toString());
  }

  @ParameterizedTest
  @CsvSource({"LESS,<", "AT_MOST,<=", "GREATER,>", "AT_LEAST,>="})
  void anOrderComparesTheNumbersOneAfterAnother(Comparison comparison, String operator) {
    var sql = written(comparison, "1.10.2-rc1");
    assertEquals(
        "string_to_array(substring(f.modules ->> $1::text from"
            + " '^[0-9]{1,9}(?:[.][0-9]{1,9}){0,7}'), '.')::int[] "
            + operator
            + " $2::int[]",
        sql.text());
    assertEquals("boot.loader", sql.values().getValue(0));
    assertArrayEquals(new Integer[] {1, 10, 2}, (Integer[]) sql.values().getValue(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "latest", "v1.2", ".1", "-1", "' OR true --"})
  void whatBeginsWithNoNumberIsInNoOrder(String version) {
    assertThrows(UnfitComparisonException.class, () -> written(Comparison.LESS, version));
  }

  @Test
  void aNumberThatIsTooLongIsCutAndNotRefusedByTheDatabase() {
    var values = written(Comparison.LESS, "99999999999999.1").values();
    assertArrayEquals(new Integer[] {999_999_999}, (Integer[]) values.getValue(1));
  }

  private SqlText written(Comparison comparison, String argument) {
    var sql = new SqlText();
    field.compare(comparison, List.of(argument), sql);
    return sql;
  }
}
