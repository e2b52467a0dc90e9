package io.muster.registry.bulk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.registry.Api;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An import, and what came of it, as a client sees it. */
record Import(List<JsonNode> rows, JsonNode summary) {
  static final String NDJSON = "application/x-ndjson";
  static final String CSV = "text/csv";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  static String path(String tenant) {
    return "/api/v1/tenants/" + tenant + "/device-import";
  }

  static Import ndjson(Api api, String tenant, String... lines) {
    return of(send(api, tenant, NDJSON, String.join("\n", lines), null));
  }

  static Import csv(Api api, String tenant, String... lines) {
    return of(send(api, tenant, CSV, String.join("\r\n", lines) + "\r\n", null));
  }

  static Response send(Api api, String tenant, String type, String body, String key) {
    var request = api.request().contentType(type).body(body.getBytes(StandardCharsets.UTF_8));
    return (key == null ? request : request.header("Idempotency-Key", key)).post(path(tenant));
  }

  static Import of(Response response) {
    response.then().statusCode(200);
    return read(response.asString());
  }

  static Import read(String answer) {
    var lines = answer.lines().map(Import::json).toList();
    var last = lines.isEmpty() ? null : lines.getLast().get("summary");
    return new Import(last == null ? lines : lines.subList(0, lines.size() - 1), last);
  }

  private static JsonNode json(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(line, e);
    }
  }

  List<String> results() {
    return rows.stream().map(it -> it.get("result").textValue()).toList();
  }

  String pointer(int row) {
    return rows.get(row).at("/errors/0/pointer").textValue();
  }

  String problem(int row) {
    return rows.get(row).path("problem").textValue();
  }

  long count(String name) {
    return summary.get(name).longValue();
  }

  boolean isComplete() {
    return summary.get("complete").booleanValue();
  }
}
