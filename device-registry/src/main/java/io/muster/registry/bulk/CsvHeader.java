package io.muster.registry.bulk;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * The columns of a CSV import, and what their cells mean. An empty cell says nothing: what the
 * device has stays. Immutable.
 *
 * @param columns in their order
 */
record CsvHeader(List<CsvHeader.Column> columns) {
  private static final String ATTRIBUTES = "attributes";
  private static final String CREDENTIALS = "credentials";
  private static final List<String> IGNORED = List.of("version", "createdAt", "updatedAt");

  /** What a column holds. */
  sealed interface Column {
    /** A text: an id. */
    record Plain(String member) implements Column {}

    /** {@code true} or {@code false}. */
    record Enabled() implements Column {}

    /** Tags with blanks between them. */
    record Tags() implements Column {}

    /** Attributes as a JSON object. */
    record Attributes() implements Column {}

    /** One attribute; several names lead into objects. */
    record Attribute(List<String> path) implements Column {}

    /** A member of a credential that the device has already. */
    record Credential(String member) implements Column {}

    /** What an export shows and nobody sets. */
    record Ignored() implements Column {}
  }

  /**
   * @throws io.muster.rest.problem.RefusedException with 400 when a column is unknown, comes twice,
   *     or {@code id} is missing
   */
  static CsvHeader read(List<String> names) {
    var seen = new HashSet<String>();
    var columns = new ArrayList<Column>(names.size());
    for (var name : names) {
      if (!seen.add(name)) {
        throw RowSource.refused("The header has the column '%s' twice.".formatted(shown(name)));
      }
      columns.add(column(name));
    }
    if (!seen.contains("id")) {
      throw RowSource.refused("The header has no column 'id'.");
    }
    return new CsvHeader(List.copyOf(columns));
  }

  private static Column column(String name) {
    return switch (name) {
      case "id", "type", "gateway" -> new Column.Plain(name);
      case "enabled" -> new Column.Enabled();
      case "tags" -> new Column.Tags();
      case ATTRIBUTES -> new Column.Attributes();
      case "secretSha256", "algorithm", "publicKey", "certificate" -> new Column.Credential(name);
      default -> other(name);
    };
  }

  private static Column other(String name) {
    if (IGNORED.contains(name)) {
      return new Column.Ignored();
    }
    if (name.startsWith(ATTRIBUTES + ".")) {
      var path = Arrays.asList(name.substring(ATTRIBUTES.length() + 1).split("\\.", -1));
      if (!path.contains("")) {
        return new Column.Attribute(path);
      }
    }
    throw RowSource.refused(
        "The header has a column '%s', which is unknown.".formatted(shown(name)));
  }

  private static String shown(String name) {
    var head = name.length() <= 64 ? name : name.substring(0, 64) + "…";
    return head.replaceAll("\\p{Cntrl}", "?");
  }

  /**
   * A device's members.
   *
   * @param cells as many as there are columns
   * @throws io.muster.rest.problem.RefusedException when a cell cannot be read
   */
  ObjectNode device(List<String> cells, ObjectMapper mapper) {
    var device = mapper.createObjectNode();
    var credential = mapper.createObjectNode();
    for (var i = 0; i < cells.size(); i++) {
      if (!cells.get(i).isEmpty()) {
        set(device, credential, columns.get(i), cells.get(i), mapper);
      }
    }
    if (!credential.isEmpty()) {
      credential.put("kind", kind(credential));
      device.putArray(CREDENTIALS).add(credential);
    }
    return device;
  }

  private static String kind(ObjectNode credential) {
    if (credential.has("secretSha256")) {
      return "secret";
    }
    return credential.has("certificate") ? "certificate" : "jwt-key";
  }

  private static void set(
      ObjectNode device, ObjectNode credential, Column column, String cell, ObjectMapper mapper) {
    switch (column) {
      case Column.Plain it -> device.put(it.member(), cell);
      case Column.Enabled _ -> {
        switch (cell) {
          case "true" -> device.put("enabled", true);
          case "false" -> device.put("enabled", false);
          default -> throw wrong("/enabled", "is neither true nor false");
        }
      }
      case Column.Tags _ -> {
        var tags = device.putArray("tags");
        Arrays.stream(cell.strip().split("\\s+")).forEach(tags::add);
      }
      case Column.Attributes _ -> {
        if (!(value("/attributes", cell, mapper) instanceof ObjectNode given)) {
          throw wrong("/attributes", "is no JSON object");
        }
        for (var member : given.properties()) {
          setAttribute(device, List.of(member.getKey()), member.getValue());
        }
      }
      case Column.Attribute it ->
          setAttribute(device, it.path(), value(pointer(it.path()), cell, mapper));
      case Column.Credential it -> credential.put(it.member(), cell);
      case Column.Ignored _ -> {}
    }
  }

  private static void setAttribute(ObjectNode device, List<String> path, JsonNode value) {
    var within = device.withObjectProperty(ATTRIBUTES);
    for (var name : path.subList(0, path.size() - 1)) {
      if (within.has(name) && !within.get(name).isObject()) {
        throw wrong(pointer(path), "is below an attribute that has a value of its own");
      }
      within = within.withObjectProperty(name);
    }
    if (within.has(path.getLast())) {
      throw wrong(pointer(path), "is given twice");
    }
    within.set(path.getLast(), value);
  }

  private static String pointer(List<String> path) {
    var pointer = JsonPointer.compile("/" + ATTRIBUTES);
    for (var name : path) {
      pointer = pointer.appendProperty(name);
    }
    return pointer.toString();
  }

  private static JsonNode value(String pointer, String cell, ObjectMapper mapper) {
    try {
      return CsvValue.read(cell, mapper);
    } catch (JsonProcessingException notJson) {
      throw wrong(pointer, "begins like JSON and is none");
    }
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Malformed(
            "The row cannot be understood.", List.of(FieldError.at(pointer, detail)))
        .asException();
  }
}
