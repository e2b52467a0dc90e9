package io.muster.registry.bulk;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.registry.devices.DeviceRepresentation;
import java.util.ArrayList;
import java.util.List;

/**
 * Devices as CSV that can be imported again. Each attribute has a column; what has none, since its
 * name holds a dot, there are too many, or it is newer than the header, is in the last one as JSON.
 */
final class CsvFormat implements ExportFormat {
  private static final String PREFIX = "attributes.";

  private final List<String> names;
  private final ObjectMapper mapper;

  /**
   * @param names of attributes, as far as they get columns
   */
  CsvFormat(List<String> names, ObjectMapper mapper) {
    this.names = names.stream().filter(CsvFormat::isColumn).toList();
    this.mapper = mapper;
  }

  /** A dot in a column's name leads into an object. */
  private static boolean isColumn(String name) {
    return !name.isEmpty() && name.indexOf('.') < 0;
  }

  @Override
  public String header() {
    var cells = new ArrayList<>(List.of("id", "type", "gateway", "tags", "enabled"));
    names.forEach(name -> cells.add(PREFIX + name));
    cells.addAll(List.of("attributes", "version", "createdAt", "updatedAt"));
    var text = new StringBuilder();
    CsvText.write(cells, text);
    return text.toString();
  }

  @Override
  public void write(DeviceRepresentation device, StringBuilder to) {
    ObjectNode attributes = mapper.valueToTree(device.attributes());
    var cells = new ArrayList<String>();
    cells.add(device.id());
    cells.add(orEmpty(device.type()));
    cells.add(orEmpty(device.gateway()));
    cells.add(String.join(" ", device.tags()));
    cells.add(Boolean.toString(device.enabled()));
    for (var name : names) {
      var value = attributes.remove(name);
      cells.add(value == null ? "" : CsvValue.write(value));
    }
    cells.add(attributes.isEmpty() ? "" : attributes.toString());
    cells.add(Long.toString(device.version()));
    cells.add(device.createdAt().toString());
    cells.add(device.updatedAt().toString());
    CsvText.write(cells, to);
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }
}
