package io.muster.firmware.rollouts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.localstack.Checkout;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class StandingsTest {
  private static final Pattern TOLD = Pattern.compile("THEN '([^']+)'");

  @Test
  void whatMayBeAskedForIsWhatADeviceMayBe() throws Exception {
    Set<String> all = new TreeSet<>();
    for (var field : DeviceState.class.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
        all.add((String) field.get(null));
      }
    }
    TOLD.matcher(Standings.STATE).results().forEach(it -> all.add(it.group(1)));
    assertEquals(all, new TreeSet<>(Standings.STATES));
  }

  @Test
  void theGuideExplainsEach() throws Exception {
    var guide = Files.readString(Checkout.find().root().resolve("docs/guides/rollouts.md"));
    Standings.STATES.forEach(it -> assertTrue(guide.contains("`" + it + "`"), it));
  }
}
