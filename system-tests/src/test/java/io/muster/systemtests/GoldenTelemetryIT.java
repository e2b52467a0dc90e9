package io.muster.systemtests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The contract's golden payloads, sent by a device and read back by a person. */
@ExtendWith(SharedStack.class)
class GoldenTelemetryIT {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final RunningStack stack;

  GoldenTelemetryIT(RunningStack stack) {
    this.stack = stack;
  }

  @ParameterizedTest
  @CsvSource({
    "object.json, object, application/json, identity",
    "object.json.gz, object, application/json, gzip",
    "array.json, array, application/json, identity",
    "exact-integers.json, exact-integers, application/json, identity",
    "traced.json, traced, application/json, identity",
    "pack-json.senml.json, pack-json, application/senml+json, identity",
    "pack-cbor.senml.cbor, pack-cbor, application/senml+cbor, identity"
  })
  void comesOutAsTheReadingsThatItHolds(
      String payload, String expected, String contentType, String encoding) throws IOException {
    var device = stack.newDevice(stack.newTenant(), "golden");
    var client = device.mqtt5(stack.endpointPort(1)).toBlocking();
    client.connect();
    client
        .publishWith()
        .topic(device.telemetry())
        .qos(MqttQos.AT_LEAST_ONCE)
        .contentType(contentType)
        .userProperties()
        .add("content-encoding", encoding)
        .applyUserProperties()
        .payload(golden(payload))
        .send();
    client.disconnect();
    assertEquals(expected(expected), stored(device));
  }

  /** Time and values of each reading in a form that compares; without a time of its own, none. */
  private static List<String> expected(String name) throws IOException {
    var readings = new ArrayList<String>();
    for (var reading : JSON.readTree(golden(name + ".expected.json"))) {
      readings.add(canonical(reading.path("ts").asText(""), reading));
    }
    return readings.stream().sorted().toList();
  }

  private List<String> stored(TestDevice device) throws IOException {
    var sentAfter = Instant.now().minusSeconds(600);
    var url =
        "%s/api/v1/tenants/%s/devices/%s/telemetry?from=2000-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"
            .formatted(stack.ingest(2), device.address().tenant(), device.address().device());
    var viewer = stack.tokens().person("viewer", device.address().tenant().value());
    var readings = new ArrayList<String>();
    for (var item : JSON.readTree(stack.http().get(url, viewer).expect(200).body()).path("items")) {
      var time = Instant.parse(item.path("time").asText());
      readings.add(canonical(time.isAfter(sentAfter) ? "" : time.toString(), item.path("values")));
    }
    return readings.stream().sorted().toList();
  }

  private static String canonical(String time, JsonNode values) {
    var sorted = new TreeMap<String, String>();
    values
        .properties()
        .forEach(
            member -> {
              if (!member.getKey().equals("ts")) {
                sorted.put(member.getKey(), canonical(member.getValue()));
              }
            });
    return time + sorted;
  }

  private static String canonical(JsonNode value) {
    return value.isNumber()
        ? value.decimalValue().stripTrailingZeros().toPlainString()
        : value.toString();
  }

  private static byte[] golden(String name) throws IOException {
    try (var stream = GoldenTelemetryIT.class.getResourceAsStream("/golden/telemetry/" + name)) {
      return stream.readAllBytes();
    }
  }
}
