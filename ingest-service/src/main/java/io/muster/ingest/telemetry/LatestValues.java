package io.muster.ingest.telemetry;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The latest value of each field of a device.
 *
 * @param device whose
 * @param time of the last reading; null when there is none
 * @param values by name
 */
@RegisterForReflection
public record LatestValues(String device, Instant time, Map<String, LatestValue> values) {

  /**
   * A field's latest value.
   *
   * @param value number, boolean or text
   * @param time of the reading that it is from
   */
  @RegisterForReflection
  public record LatestValue(
      @Schema(description = "Number, boolean or string") Object value, Instant time) {}

  /**
   * @param newestFirst some of the last readings
   */
  static LatestValues of(String device, Iterable<StoredReading> newestFirst) {
    Instant last = null;
    var values = new TreeMap<String, LatestValue>();
    for (var reading : newestFirst) {
      last = last == null ? reading.time() : last;
      reading
          .values()
          .forEach(
              (name, value) ->
                  values.putIfAbsent(
                      name, new LatestValue(ReadingItem.plain(value), reading.time())));
    }
    return new LatestValues(device, last, values);
  }
}
