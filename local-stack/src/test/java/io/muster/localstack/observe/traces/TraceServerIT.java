package io.muster.localstack.observe.traces;

import static io.muster.localstack.observe.traces.Encoded.TRACE;
import static io.muster.localstack.observe.traces.Encoded.attribute;
import static io.muster.localstack.observe.traces.Encoded.request;
import static io.muster.localstack.observe.traces.Encoded.span;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Traces on this machine, as services send them and people look at them. */
class TraceServerIT {
  private final HttpClient client = HttpClient.newHttpClient();
  private TraceServer server;

  @BeforeEach
  void start() throws IOException {
    server = TraceServer.start(0);
  }

  @AfterEach
  void stop() {
    server.close();
    client.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(server.address() + path)).build();
    return client.send(request, BodyHandlers.ofString());
  }

  private int post(byte[] body, String... headers) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(server.address() + "/v1/traces"))
            .POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString()).statusCode();
  }

  private static byte[] zipped(byte[] bytes) throws IOException {
    var zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(bytes);
    }
    return zipped.toByteArray();
  }

  @Test
  void aTraceOfTwoServicesIsListedAndShownStepByStep() throws Exception {
    assertTrue(get("/").body().contains("None yet"));
    var received = span(TRACE, "01", "ff", "receive telemetry", 1_000_000, 5_000_000);
    var committed =
        span(TRACE, "02", "01", "commit", 2_000_000, 4_000_000)
            .message(9, attribute("device", "<b>pump-1</b>"))
            .message(15, new Encoded().number(3, 2));
    assertEquals(200, post(request("ingest-service", received).toBytes()));
    assertEquals(
        200, post(zipped(request("postgres", committed).toBytes()), "Content-Encoding", "gzip"));

    var list = get("/?q=pump-1").body();
    assertTrue(list.contains("ingest-service: receive telemetry"), list);
    assertTrue(list.contains("4.00&nbsp;ms") && list.contains("failed"), list);
    assertTrue(get("/?q=pump-2").body().contains("None yet"));

    var page = get("/trace/" + TRACE);
    assertTrue(page.body().contains("left:25.00%;width:50.00%"), page.body());
    assertTrue(page.body().contains("&lt;b&gt;pump-1&lt;/b&gt;"), page.body());
    assertFalse(page.body().contains("<b>pump-1"));
    assertTrue(
        page.headers().firstValue("Content-Security-Policy").orElseThrow().contains("'none'"));

    var json = get("/api/traces/" + TRACE).body();
    assertTrue(json.contains("\"parentId\":\"01\"") && json.contains("\"failed\":true"), json);
  }

  @Test
  void whatIsNoTraceIsRefused() throws Exception {
    assertEquals(400, post("nonsense".getBytes(StandardCharsets.UTF_8)));
    assertEquals(400, post(new byte[] {1, 2}, "Content-Encoding", "gzip"));
    assertEquals(400, post(zipped(new byte[9 << 20]), "Content-Encoding", "gzip"));
    assertEquals(404, get("/trace/" + TRACE).statusCode());
    assertEquals(404, get("/elsewhere").statusCode());
    assertEquals(405, get("/v1/traces").statusCode());
  }

  @Test
  void aPageOfElsewhereThatCallsThisMachineByItsOwnNameSeesNothing() throws Exception {
    var address = URI.create(server.address());
    try (var socket = new Socket(address.getHost(), address.getPort())) {
      socket
          .getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nHost: rebound.example.org\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(answer.startsWith("HTTP/1.1 403"), answer);
    }
  }
}
