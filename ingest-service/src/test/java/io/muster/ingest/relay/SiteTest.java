package io.muster.ingest.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SiteTest {
  /** What the module `broker` takes (ServiceAccount). */
  private static final Pattern TAKEN =
      Pattern.compile("service:ingest:(0|[1-9][0-9]{0,4})(:[A-Za-z0-9_.-]{1,64})?");

  @Test
  void sitesThatShareABrokerDoNotThrowEachOtherOff() {
    var hub = new Site("").clientIdentifier(0, "relay");
    var lyon = new Site("lyon").clientIdentifier(0, "relay");
    assertEquals("service:ingest:0:relay", hub);
    assertEquals("service:ingest:0:lyon.relay", lyon);
    assertNotEquals(lyon, new Site("aarhus").clientIdentifier(0, "relay"));
  }

  @Test
  void theBrokerTakesTheLongestNameWithTheLongestChannel() {
    var longest = new Site("s".repeat(40)).clientIdentifier(99_999, "registry-events");
    assertTrue(TAKEN.matcher(longest).matches(), longest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a.b", "-a", "a b", "a:b", "é", "sssssssssssssssssssssssssssssssssssssssss"})
  void aNameThatTheBrokerWouldRefuseOrThatCouldBeAnothersIsNone(String name) {
    var refused = assertThrows(IllegalStateException.class, () -> new Site(name));
    assertTrue(refused.getMessage().contains("muster.relay.site"), refused.getMessage());
  }
}
