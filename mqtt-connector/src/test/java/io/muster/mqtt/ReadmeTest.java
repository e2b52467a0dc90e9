package io.muster.mqtt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smallrye.reactive.messaging.annotations.ConnectorAttribute;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds README.md against the code. */
class ReadmeTest {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern TEST = Pattern.compile("`([A-Za-z]+)#([A-Za-z]+)`");

  private static String readme() throws IOException {
    return Files.readString(Path.of("README.md"));
  }

  @ParameterizedTest
  @EnumSource
  void theTableOfAttributesIsThatOfTheAnnotations(ConnectorAttribute.Direction direction)
      throws IOException {
    assertTrue(readme().contains(table(direction)), () -> "expected:\n" + table(direction));
  }

  private static String table(ConnectorAttribute.Direction direction) {
    var rows = new StringBuilder("| attribute | default | meaning |\n|---|---|---|\n");
    Arrays.stream(MusterMqttConnector.class.getAnnotationsByType(ConnectorAttribute.class))
        .filter(attribute -> attribute.direction() == direction)
        .forEach(
            attribute ->
                rows.append(
                    "| `%s` | %s | %s |\n"
                        .formatted(
                            attribute.name(),
                            shown(attribute.defaultValue()),
                            attribute.description())));
    return rows.toString();
  }

  private static String shown(String value) {
    return value.equals(ConnectorAttribute.NO_VALUE) || value.isEmpty() ? "" : "`" + value + "`";
  }

  @Test
  void everyMetricIsListed() throws IOException {
    var readme = readme();
    var names = new ArrayList<String>();
    for (var event : Meters.Event.values()) {
      names.add("| `" + event.metric().replace('.', '_') + "_total` | " + event.description());
    }
    for (var figure : Meters.Figure.values()) {
      names.add("| `" + figure.metric().replace('.', '_') + "` | " + figure.description());
    }
    assertEquals(List.of(), names.stream().filter(name -> !readme.contains(name)).toList());
  }

  @Test
  void everySampleIsCompiled() throws IOException {
    var compiled = new StringBuilder();
    try (Stream<Path> files = Files.list(Path.of("src/test/java/io/muster/mqtt/samples"))) {
      for (var file : files.toList()) {
        compiled.append(Files.readString(file));
      }
    }
    var samples = JAVA.matcher(readme()).results().map(found -> found.group(1)).toList();
    assertFalse(samples.isEmpty());
    for (var sample : samples) {
      assertTrue(compiled.toString().contains(sample), () -> "not in the samples:\n" + sample);
    }
  }

  @Test
  void everyGuaranteeNamesATestThatExists() throws IOException {
    var named = TEST.matcher(readme()).results().toList();
    assertFalse(named.isEmpty());
    for (var test : named) {
      var source = Path.of("src/test/java/io/muster/mqtt", test.group(1) + ".java");
      assertTrue(Files.readString(source).contains(" " + test.group(2) + "("), test.group());
    }
  }
}
