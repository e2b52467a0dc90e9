package io.muster.deployment.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The guide has the type of every problem that services answer with, and no other. */
class ProblemsTest {
  private static final Pattern TYPE = Pattern.compile("problem\\(\\s*\"([a-z-]+)\"");
  private static final Pattern KIND = Pattern.compile("(?m)^  ([A-Z][A-Z_]+)[,;]$");
  private static final Pattern CONFLICT = Pattern.compile("Refusal\\.Conflict\\(\\s*\"([a-z-]+)\"");

  /** In code, as types are; what has a capital or a slash is none. */
  private static final Pattern TOLD = Pattern.compile("`([a-z]+(?:-[a-z]+)*)`");

  private static TreeSet<String> answered() {
    var types = new TreeSet<String>();
    TYPE.matcher(Checkout.read("rest/src/main/java/io/muster/rest/problem/ProblemFactory.java"))
        .results()
        .forEach(found -> types.add(found.group(1)));
    for (var service :
        new String[] {
          "device-registry/src/main/java/io/muster/registry",
          "command-service/src/main/java/io/muster/command",
          "firmware-service/src/main/java/io/muster/firmware"
        }) {
      KIND.matcher(Checkout.read(service + "/problem/ConflictKind.java"))
          .results()
          .map(found -> found.group(1).toLowerCase(Locale.ROOT).replace('_', '-'))
          .forEach(types::add);
    }
    for (var file : Checkout.files("ingest-service/src/main/java", ".java")) {
      CONFLICT.matcher(Checkout.read(file)).results().forEach(found -> types.add(found.group(1)));
    }
    return types;
  }

  @Test
  void theGuideHasEveryType() {
    var guide = Checkout.read("docs/guides/registry.md");
    var section = guide.substring(guide.indexOf("\n## Problems\n"));
    var told = new TreeSet<String>();
    TOLD.matcher(section).results().forEach(found -> told.add(found.group(1)));
    told.removeIf(word -> word.matches("type|(?:ingest|command|firmware)-service"));
    var answered = answered();
    assertTrue(answered.size() > 40, answered::toString);
    assertEquals(answered, told);
  }
}
