package io.muster.registry.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.search.Filter;
import io.muster.registry.search.SqlText;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A filter that names dynamic groups asks all that theirs ask. */
class FilterWithGroupsTest {

  @Test
  void aFewGroupsAreAskedTogether() {
    var sql = write("group=in=(a,b);tag==lab", "type==thermometer;attributes.floor=gt=2");
    assertTrue(sql.values().size() < 20, sql.text());
  }

  @Test
  void theLongestFilterIsNotTooMuch() {
    var comparison = "attributes.a=in=(" + repeated("1", 255) + ")";
    var longest = String.join(",", Collections.nCopies(7, comparison));
    assertTrue(longest.length() <= Filter.MAX_CHARACTERS && longest.length() > 3_500);
    assertTrue(write(longest, "id==a").values().size() > 3_500);
  }

  @Test
  void manyGroupsOfManyComparisonsAreRefused() {
    var many = String.join(",", Collections.nCopies(60, "attributes.a==1"));
    assertTooMuch("group=in=(" + repeated("a", 250) + ")", many);
  }

  @Test
  void theSameIsRefusedOfComparisonsThatHoldNoValue() {
    var many = String.join(",", Collections.nCopies(60, "enabled==true"));
    var named = "group=in=(" + repeated("a", 250) + ")";
    assertTooMuch(String.join(";", Collections.nCopies(7, named)), many);
  }

  private static void assertTooMuch(String filter, String ofGroup) {
    var refused = assertThrows(RefusedException.class, () -> write(filter, ofGroup));
    var malformed = assertInstanceOf(Refusal.Malformed.class, refused.refusal());
    assertEquals("filter", malformed.errors().getFirst().parameter());
  }

  private static SqlText write(String filter, String ofGroup) {
    var group = new GroupField.Group(1, Optional.of(Filter.read(ofGroup)));
    var sql = new SqlText();
    new DeviceCondition(1, Optional.of(Filter.read(filter)), Map.of("a", group, "b", group))
        .write(sql);
    return sql;
  }

  private static String repeated(String value, int times) {
    return String.join(",", Collections.nCopies(times, value));
  }
}
