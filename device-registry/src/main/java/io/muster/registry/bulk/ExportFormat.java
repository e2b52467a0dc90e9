package io.muster.registry.bulk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.registry.devices.DeviceRepresentation;

/** How devices are written. For one thread. */
sealed interface ExportFormat permits CsvFormat, ExportFormat.Ndjson {
  /** What stands before the first. */
  String header();

  /** Appends one. */
  void write(DeviceRepresentation device, StringBuilder to);

  /**
   * As the REST interface shows them, one in each line.
   *
   * @param mapper the service's own
   */
  record Ndjson(ObjectMapper mapper) implements ExportFormat {
    @Override
    public String header() {
      return "";
    }

    @Override
    public void write(DeviceRepresentation device, StringBuilder to) {
      try {
        to.append(mapper.writeValueAsString(device)).append('\n');
      } catch (JsonProcessingException impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }
}
