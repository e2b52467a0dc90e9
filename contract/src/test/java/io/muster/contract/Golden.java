package io.muster.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import io.muster.contract.event.ContractJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The golden payloads of the interfaces between services. Stateless. */
public final class Golden {
  private Golden() {}

  /**
   * @param name below {@code golden/}, for example {@code internal/device-view.json}
   */
  public static byte[] bytes(String name) {
    try (var stream = Golden.class.getResourceAsStream("/golden/" + name)) {
      return stream.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  public static String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  public static <T> T read(String name, Class<T> type) {
    try {
      return ContractJson.mapper().readValue(bytes(name), type);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Whether what a producer really says has the members, and the types, of the golden one. */
  public static void assertSameShape(String name, byte[] actual) {
    try {
      assertEquals(
          shape("", ContractJson.mapper().readTree(bytes(name))),
          shape("", ContractJson.mapper().readTree(actual)),
          name);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static List<String> shape(String path, JsonNode node) {
    var found = new ArrayList<String>();
    if (node.getNodeType() == JsonNodeType.OBJECT) {
      node.properties().forEach(it -> found.addAll(shape(path + "/" + it.getKey(), it.getValue())));
    } else {
      found.add(path + " " + node.getNodeType());
    }
    return found.stream().sorted().toList();
  }
}
