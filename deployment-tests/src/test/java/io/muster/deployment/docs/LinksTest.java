package io.muster.deployment.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.deployment.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Links between pages lead somewhere. */
class LinksTest {
  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern CODE = Pattern.compile("(?ms)^ *```.*?^ *```|`[^`\n]*`");

  private final Map<Path, Set<String>> anchors = new HashMap<>();

  private static List<Path> pages() throws IOException {
    var pages = new ArrayList<>(Checkout.files("docs", ".md"));
    pages.addAll(Checkout.files("helm/muster", ".md"));
    for (var place : listed(Checkout.ROOT)) {
      pages.add(place);
      if (Files.isDirectory(place)) {
        pages.addAll(listed(place));
      }
    }
    return pages.stream()
        .filter(page -> page.getFileName().toString().endsWith(".md"))
        .distinct()
        .toList();
  }

  /** Without a look at each: beside the tests other modules are built. */
  private static List<Path> listed(Path folder) throws IOException {
    try (var places = Files.list(folder)) {
      return places.filter(place -> !place.getFileName().toString().startsWith(".")).toList();
    }
  }

  @Test
  void everyLinkLeadsToAPageAndToAHeadingOfIt() throws IOException {
    var broken = new TreeSet<String>();
    var followed = 0;
    for (var page : pages()) {
      var text = CODE.matcher(Checkout.read(page)).replaceAll("");
      var link = LINK.matcher(text);
      while (link.find()) {
        if (!link.group(1).matches("(?:https?|mailto):.*")) {
          followed++;
          if (!leadsSomewhere(page, link.group(1))) {
            broken.add(Checkout.ROOT.relativize(page) + ": " + link.group(1));
          }
        }
      }
    }
    assertEquals(new TreeSet<>(), broken);
    assertTrue(followed > 200, "no more are found");
  }

  private boolean leadsSomewhere(Path page, String link) {
    var parts = link.split("#", 2);
    var target = parts[0].isEmpty() ? page : page.getParent().resolve(parts[0]).normalize();
    return Files.exists(target)
        && (parts.length == 1
            || !target.toString().endsWith(".md")
            || anchorsOf(target).contains(parts[1]));
  }

  private Set<String> anchorsOf(Path page) {
    return anchors.computeIfAbsent(
        page,
        file ->
            HEADING
                .matcher(Checkout.read(file))
                .results()
                .map(heading -> anchor(heading.group(1)))
                .collect(Collectors.toSet()));
  }

  /** As the pages' host makes them. */
  private static String anchor(String heading) {
    return heading
        .strip()
        .toLowerCase(Locale.ROOT)
        .replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1")
        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
        .replace(' ', '-');
  }
}
