package io.muster.registry.emqx;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What EMQX sends and expects. */
final class Golden {
  static final ObjectMapper MAPPER = new ObjectMapper();

  private Golden() {}

  static String text(String file, String tenant, String device, String secret) {
    try (var stream = Golden.class.getResourceAsStream("/golden/emqx/" + file)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .replace("{tenant}", tenant)
          .replace("{device}", device)
          .replace("{secret}", secret);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static JsonNode json(String file, String tenant, String device) {
    return json(text(file, tenant, device, "secret"));
  }

  static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }
}
