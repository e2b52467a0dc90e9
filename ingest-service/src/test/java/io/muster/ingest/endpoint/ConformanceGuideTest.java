package io.muster.ingest.endpoint;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** docs/guides/mqtt-conformance.md names every statement of MQTT 5, and for each a test. */
class ConformanceGuideTest {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
  private static final Path GUIDE = PROJECT.resolve("docs/guides/mqtt-conformance.md");
  private static final Pattern STATEMENT = Pattern.compile("MQTT-\\d+\\.\\d+\\.\\d+-\\d+");
  private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");
  private static final Pattern HOLDS =
      Pattern.compile("yes(: \\S.*)?|not offered: \\S.*|no(, [^:]+)?: \\S.*");

  /**
   * How many statements a section of the standard has (its appendix B). There is no MQTT-2.2.1-1.
   */
  private static final String SECTIONS =
      """
      1.5.4:3 1.5.5:1 1.5.7:1 2.1.3:1 2.2.1:6 2.2.2:1 3.1.0:2 3.1.2:30 3.1.3:12 3.1.4:6 3.2.0:2
      3.2.2:22 3.3.1:13 3.3.2:20 3.3.4:10 3.4.2:3 3.5.2:3 3.6.1:1 3.6.2:3 3.7.2:3 3.8.1:1 3.8.3:5
      3.8.4:8 3.9.2:2 3.9.3:2 3.10.1:1 3.10.3:2 3.10.4:6 3.11.2:2 3.11.3:2 3.12.4:1 3.14.0:1
      3.14.1:1 3.14.2:4 3.14.4:3 3.15.1:1 3.15.2:3 4.1.0:2 4.2.0:1 4.3.1:1 4.3.2:5 4.3.3:13
      4.4.0:2 4.5.0:2 4.6.0:6 4.7.0:1 4.7.1:2 4.7.2:1 4.7.3:4 4.8.2:6 4.9.0:3 4.12.0:7 4.12.1:2
      4.13.1:1 4.13.2:1 6.0.0:4
      """;

  private record Row(String statement, String asks, String holds, String tests) {}

  private String guide;
  private List<Row> rows;
  private List<String> ofClients;

  @BeforeEach
  void read() throws IOException {
    guide = Files.readString(GUIDE);
    rows = guide.lines().filter(line -> line.startsWith("| MQTT-")).map(this::row).toList();
    var last = guide.substring(guide.indexOf("## What binds the client alone"));
    ofClients = STATEMENT.matcher(last).results().map(it -> it.group()).toList();
  }

  private Row row(String line) {
    var cells = line.split("\\|", -1);
    assertEquals(6, cells.length, line);
    return new Row(cells[1].strip(), cells[2].strip(), cells[3].strip(), cells[4].strip());
  }

  @Test
  void hasEveryStatementOnce() {
    List<String> named = new ArrayList<>(ofClients);
    rows.forEach(row -> named.add(row.statement()));
    assertEquals(all().stream().sorted().toList(), named.stream().sorted().toList());
    assertEquals(251, named.size());
    assertEquals(16, ofClients.size(), "what no server can see");
  }

  private static List<String> all() {
    return Stream.of(SECTIONS.strip().split("\\s+")).flatMap(ConformanceGuideTest::of).toList();
  }

  private static Stream<String> of(String section) {
    var parts = section.split(":");
    var first = parts[0].equals("2.2.1") ? 2 : 1;
    return IntStream.rangeClosed(first, Integer.parseInt(parts[1]))
        .mapToObj(n -> "MQTT-" + parts[0] + "-" + n);
  }

  @Test
  void saysOfEachWhetherItHoldsAndWhyNot() {
    for (var row : rows) {
      assertTrue(HOLDS.matcher(row.holds()).matches(), row::toString);
      assertFalse(row.asks().isEmpty(), row::toString);
    }
  }

  @Test
  void namesATestForEach() {
    for (var row : rows) {
      var rest = TEST.matcher(row.tests()).replaceAll("").replace(", ", "");
      assertEquals("", rest, row::toString);
      assertTrue(TEST.matcher(row.tests()).find(), row::toString);
    }
  }

  @Test
  void namesTestsThatExist() throws IOException {
    var sources = testSources();
    var missing =
        TEST.matcher(guide)
            .results()
            .filter(it -> !isTest(sources.get(it.group(1)), it.group(2)))
            .map(it -> it.group())
            .collect(toCollection(TreeSet::new));
    assertEquals(Collections.emptySet(), missing);
  }

  private static boolean isTest(String source, String method) {
    return source != null
        && Pattern.compile(
                "@(?:Test|ParameterizedTest|RepeatedTest)\\b(?:(?!\\bvoid\\b).)*\\bvoid "
                    + Pattern.quote(method)
                    + "\\(",
                Pattern.DOTALL)
            .matcher(source)
            .find();
  }

  /** By the simple name of the class, of all modules. */
  private static Map<String, String> testSources() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (var modules = Files.list(PROJECT)) {
      for (var module : modules.map(it -> it.resolve("src/test/java")).toList()) {
        if (Files.isDirectory(module)) {
          readInto(sources, module);
        }
      }
    }
    return sources;
  }

  private static void readInto(Map<String, String> sources, Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (var file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
        var name = file.getFileName().toString().replace(".java", "");
        sources.merge(name, Files.readString(file), String::concat);
      }
    }
  }

  @Test
  void isLinkedFromWhereReadersCome() throws IOException {
    var link = "mqtt-conformance.md";
    assertTrue(Files.readString(PROJECT.resolve("README.md")).contains("docs/guides/" + link));
    assertTrue(Files.readString(GUIDE.resolveSibling("devices.md")).contains("(" + link + ")"));
  }
}
