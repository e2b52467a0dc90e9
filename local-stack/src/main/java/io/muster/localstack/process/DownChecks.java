package io.muster.localstack.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which checks of a MicroProfile Health answer are down, and what they say about it. Stateless. */
final class DownChecks {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_CHARACTERS = 200;

  private DownChecks() {}

  /**
   * @param answer the body
   * @return such as {@code store (Connection refused)}; empty when it names none
   */
  static Optional<String> in(String answer) {
    try {
      var words =
          JSON.readTree(answer)
              .path("checks")
              .valueStream()
              .filter(check -> check.path("status").asText().equals("DOWN"))
              .map(DownChecks::described)
              .collect(Collectors.joining(", "));
      return Optional.of(words).filter(some -> !some.isEmpty()).map(DownChecks::shortened);
    } catch (JsonProcessingException notJson) {
      return Optional.empty();
    }
  }

  private static String described(JsonNode check) {
    var data = check.path("data");
    var reason = data.path("reason");
    var said =
        reason.isMissingNode()
            ? data.propertyStream()
                .map(member -> member.getKey() + " " + member.getValue().asText())
                .collect(Collectors.joining("; "))
            : reason.asText();
    var name = check.path("name").asText();
    return said.isEmpty() ? name : name + " (" + said + ")";
  }

  private static String shortened(String words) {
    return words.length() <= MOST_CHARACTERS ? words : words.substring(0, MOST_CHARACTERS) + "…";
  }
}
