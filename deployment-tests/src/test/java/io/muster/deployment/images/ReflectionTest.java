package io.muster.deployment.images;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.deployment.Checkout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A native executable has only the classes, members and files that its build saw. Here the usual
 * offenders in what goes into one are looked for; whether it runs, only a native build tells.
 */
class ReflectionTest {
  private static final List<String> MODULES =
      List.of(
          "contract",
          "mqtt-connector",
          "outbox",
          "rest",
          "windows",
          "device-registry",
          "ingest-service",
          "command-service",
          "firmware-service");

  private static final Pattern OFFENDER =
      Pattern.compile(
          "Class\\.forName\\(|\\.getDeclared(?:Method|Field|Constructor)s?\\(|\\.getMethods\\(|"
              // With an argument: a request's method has none.
              + "\\.getMethod\\((?!\\))|"
              + "setAccessible\\(|ServiceLoader\\.|newProxyInstance\\(|getResource(?:AsStream)?\\(|"
              + "ObjectInputStream|\\bUnsafe\\b|\\.getDeclaredConstructor\\(");

  /** Files that may, and why. */
  private static final Map<String, String> EXCEPTIONS =
      Map.of(
          "Optionals.java", "its classes are in the connector's reflect-config.json",
          "OutboxSchema.java", "read by tests, which hold migrations against it");

  /** Reads and writes of JSON that name a class. */
  private static final Pattern MAPPED =
      Pattern.compile(
          "(?:readValue|treeToValue|convertValue)\\([^;]*?\\b([A-Z][A-Za-z]*)(?:\\[])?\\.class",
          Pattern.DOTALL);

  /** The same with a type that has parameters. */
  private static final Pattern MAPPED_TO =
      Pattern.compile("TypeReference<([^()]*?)>\\s*(?:\\w+\\s*=|\\(\\))", Pattern.DOTALL);

  private static final Pattern REGISTERED =
      Pattern.compile(
          "@RegisterForReflection(\\([^)]*\\))?(?:\\s|@\\w+(\\([^)]*\\))?)*(?:public |final |sealed"
              + " |abstract |static )*(?:record|class|enum|interface) (\\w+)");

  /** Those of the JDK and of Jackson need no registration. */
  private static final Set<String> OF_OTHERS =
      Set.of("JsonNode", "Map", "List", "String", "Object");

  private static List<Path> sources() {
    var sources = new ArrayList<Path>();
    for (var module : MODULES) {
      if (java.nio.file.Files.isDirectory(Checkout.ROOT.resolve(module + "/src/main/java"))) {
        sources.addAll(Checkout.files(module + "/src/main/java", ".java"));
      }
    }
    return sources;
  }

  @Test
  void nothingIsLookedUpThatABuildCannotSee() {
    var found = new TreeSet<String>();
    var seen = new TreeSet<String>();
    for (var file : sources()) {
      var name = file.getFileName().toString();
      var offender = OFFENDER.matcher(withoutComments(Checkout.read(file)));
      while (offender.find()) {
        if (EXCEPTIONS.containsKey(name)) {
          seen.add(name);
        } else {
          found.add(name + ": " + offender.group());
        }
      }
    }
    assertEquals(new TreeSet<>(), found);
    assertEquals(new TreeSet<>(EXCEPTIONS.keySet()), seen, "an exception that is none any more");
  }

  @Test
  void whatIsMappedToJsonIsRegistered() {
    var registered = new HashSet<>(OF_OTHERS);
    for (var file : sources()) {
      var matcher = REGISTERED.matcher(Checkout.read(file));
      while (matcher.find()) {
        registered.add(matcher.group(3));
        if (matcher.group(1) != null) {
          Pattern.compile("(\\w+)\\.class")
              .matcher(matcher.group(1))
              .results()
              .forEach(each -> registered.add(each.group(1)));
        }
      }
    }
    var missing = new TreeSet<String>();
    for (var file : sources()) {
      for (var mapped : mapped(withoutComments(Checkout.read(file)))) {
        if (!registered.contains(mapped)) {
          missing.add(file.getFileName() + ": " + mapped);
        }
      }
    }
    assertEquals(new TreeSet<>(), missing);
  }

  private static Set<String> mapped(String source) {
    var names = new TreeSet<String>();
    MAPPED.matcher(source).results().forEach(each -> names.add(each.group(1)));
    MAPPED_TO
        .matcher(source)
        .results()
        .flatMap(each -> Pattern.compile("\\b[A-Z]\\w+").matcher(each.group(1)).results())
        .forEach(each -> names.add(each.group()));
    return names;
  }

  @Test
  void whatIsNotRegisteredWouldBeSeen() {
    var source =
        "json.readValue(text, new TypeReference<Map<String, Row>>() {}); a.readValue(b, C.class)";
    assertEquals(Set.of("C", "Map", "Row", "String"), mapped(source));
    var refused = OFFENDER.matcher("var c = Class.forName(name);").find();
    assertEquals(true, refused);
  }

  private static String withoutComments(String source) {
    return source.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("//[^\n]*", "");
  }
}
