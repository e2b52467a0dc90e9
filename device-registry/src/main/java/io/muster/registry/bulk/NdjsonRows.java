package io.muster.registry.bulk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.rest.problem.Explanation;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.List;

/**
 * A JSON object in each line (<a href="https://github.com/ndjson/ndjson-spec">NDJSON</a>); blank
 * lines are passed over. For one thread.
 */
final class NdjsonRows implements RowSource {
  private final Lines lines;
  private final ObjectMapper mapper;

  NdjsonRows(Lines lines, ObjectMapper mapper) {
    this.lines = lines;
    this.mapper = mapper;
  }

  @Override
  public Row next() throws IOException {
    for (var line = lines.next(); line != null; line = lines.next()) {
      if (line.isTooLong()) {
        return RowSource.unreadable(line, 0, "The line is longer than is read.");
      }
      if (!isBlank(line.bytes())) {
        return row(line);
      }
    }
    return null;
  }

  @Override
  public byte[] digest() {
    return lines.digest();
  }

  private Row row(Line line) {
    try {
      return row(line, mapper.readTree(RowSource.text(line.bytes())));
    } catch (CharacterCodingException notUtf8) {
      return RowSource.unreadable(line, line.length(), "The line is not UTF-8.");
    } catch (JsonProcessingException notJson) {
      return new Row.Unreadable(line.number(), line.length(), inOneLine(notJson));
    }
  }

  private static Row row(Line line, JsonNode json) {
    return json instanceof ObjectNode device
        ? new Row.Readable(line.number(), line.length(), device)
        : RowSource.unreadable(line, line.length(), "The line is no JSON object.");
  }

  /** The parser counts lines of its own, which would mislead. */
  private static Explanation inOneLine(JsonProcessingException notJson) {
    var why = Explanation.of(notJson).orElseThrow();
    var at = notJson.getLocation();
    return why.detail().startsWith("The body is not JSON") && at != null
        ? new Explanation(
            why.problem(),
            "The line is not JSON: column %d.".formatted(at.getColumnNr()),
            List.of())
        : why;
  }

  private static boolean isBlank(byte[] bytes) {
    for (var b : bytes) {
      if (b != ' ' && b != '\t' && b != '\r') {
        return false;
      }
    }
    return true;
  }
}
