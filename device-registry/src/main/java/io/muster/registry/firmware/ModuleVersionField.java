package io.muster.registry.firmware;

import io.muster.registry.search.Comparison;
import io.muster.registry.search.FilterField;
import io.muster.registry.search.JsonField;
import io.muster.registry.search.SqlText;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The version of one installed module. Versions are in the order of the numbers that they begin
 * with, one after another: {@code 1.9} comes before {@code 1.10}, and {@code 1.10-rc1} is where
 * {@code 1.10} is; what begins with no number is in no order.
 *
 * @param column a jsonb object of versions by names of modules, or null
 * @param module its name
 */
public record ModuleVersionField(String column, String module) implements FilterField {
  private static final String NUMBERS = "[0-9]{1,9}(?:[.][0-9]{1,9}){0,7}";
  private static final Pattern BEGIN = Pattern.compile(NUMBERS);

  @Override
  public void compare(Comparison comparison, List<String> arguments, SqlText sql) {
    switch (comparison) {
      case LESS, AT_MOST, GREATER, AT_LEAST -> order(comparison, arguments.getFirst(), sql);
      case EQUAL, NOT_EQUAL, IN, NOT_IN, EXISTS ->
          new JsonField(column, List.of(module)).compare(comparison, arguments, sql);
    }
  }

  private void order(Comparison comparison, String version, SqlText sql) {
    sql.add("string_to_array(substring(").add(column).add(" ->> ").value(module);
    sql.add("::text from '^").add(NUMBERS).add("'), '.')::int[]").add(comparison.sql());
    sql.value(numbers(version)).add("::int[]");
  }

  private static Integer[] numbers(String version) {
    var begin = BEGIN.matcher(version);
    if (!begin.lookingAt()) {
      throw new UnfitComparisonException("is to be compared with a version, as 1.10.2");
    }
    return Arrays.stream(begin.group().split("\\.")).map(Integer::valueOf).toArray(Integer[]::new);
  }
}
