package io.muster.registry.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import io.restassured.RestAssured;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies that do not say how long they are, bit by bit over a socket. */
@RegistryTest
class ChunkedBodyIT {
  private static final int LIMIT = 65_536;
  private static final int CHUNK = 4_096;
  private static final String TENANTS = "/api/v1/tenants";

  Tokens tokens;
  private String tenant;

  @BeforeEach
  void makeADevice() {
    var admin = Api.as(tokens.admin());
    tenant = admin.tenant();
    admin.device(tenant, "one");
  }

  @Test
  void aBodyWithinTheLimitIsRead() throws IOException {
    var fresh = Api.freshTenant();
    try (var client = new Client("POST", TENANTS, "application/json")) {
      client.send("{\"id\":\"" + fresh + "\"}");
      // White space belongs to it.
      client.spaces(LIMIT - 100);
      client.end();
      assertEquals(201, client.answer().status());
    }
  }

  @Test
  void aLongerOneIsTooLargeWhoeverReadsIt() throws IOException {
    for (var path : new String[] {TENANTS, Api.devices(tenant)}) {
      try (var client = new Client("POST", path, "application/json")) {
        client.send("{\"id\":\"a\"}");
        client.spaces(LIMIT + 1);
        client.end();
        client.answer().assertTooLarge();
      }
    }
    // Its bytes are read as they are.
    try (var client =
        new Client("PATCH", Api.devices(tenant) + "/one/shadow", "application/merge-patch+json")) {
      client.spaces(LIMIT + 1);
      client.end();
      client.answer().assertTooLarge();
    }
  }

  @Test
  void whoHasNotEndedYetIsAnsweredToo() throws IOException {
    try (var client = new Client("POST", TENANTS, "application/json")) {
      client.send("{\"id\":\"");
      client.spaces(LIMIT + CHUNK);
      client.answer().assertTooLarge();
    }
  }

  @Test
  void anAnswerIsNotLostToWhoSendsOnBeforeReading() throws IOException {
    try (var client = new Client("POST", TENANTS, "application/json")) {
      client.spaces(4 * 1024 * 1024);
      client.end();
      client.answer().assertTooLarge();
      // And the connection is still good.
      client.ask("POST", TENANTS, "application/json");
      client.send("{");
      client.end();
      assertEquals(400, client.answer().status());
    }
  }

  @Test
  void whoSaysTheLengthIsToldAsWell() throws IOException {
    try (var client = new Client("POST", TENANTS, "application/json", 1024 * 1024)) {
      client.raw(" ".repeat(1024 * 1024));
      client.answer().assertTooLarge();
    }
  }

  @Test
  void importsHaveLimitsOfTheirOwn() throws IOException {
    var path = TENANTS + "/" + tenant + "/device-import";
    try (var client = new Client("POST", path, "application/x-ndjson")) {
      for (var i = 0; i < 200; i++) {
        client.send("{\"id\":\"d%d\"}".formatted(i));
        client.spaces(400);
        client.send("\n");
      }
      client.end();
      assertEquals(200, client.answer().status());
    }
  }

  private record Answer(int status, String head, String body) {
    void assertTooLarge() {
      assertEquals(413, status, head + body);
      assertTrue(head.contains("application/problem+json"), head);
      assertTrue(body.contains("urn:muster:problem:too-large"), body);
      assertTrue(body.contains("The body is longer than " + LIMIT + " bytes."), body);
    }
  }

  /** Sends what it is told, and reads when it is told. */
  private final class Client implements AutoCloseable {
    private final Socket socket = new Socket("127.0.0.1", RestAssured.port);
    private final InputStream in = new BufferedInputStream(socket.getInputStream());

    Client(String method, String path, String mediaType) throws IOException {
      socket.setSoTimeout(60_000);
      ask(method, path, mediaType);
    }

    Client(String method, String path, String mediaType, int length) throws IOException {
      socket.setSoTimeout(60_000);
      raw(head(method, path, mediaType) + "Content-Length: " + length + "\r\n\r\n");
    }

    void ask(String method, String path, String mediaType) throws IOException {
      raw(head(method, path, mediaType) + "Transfer-Encoding: chunked\r\n\r\n");
    }

    private String head(String method, String path, String mediaType) {
      return "%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\n"
          .formatted(method, path, tokens.admin(), mediaType);
    }

    void send(String part) throws IOException {
      raw(Integer.toHexString(part.length()) + "\r\n" + part + "\r\n");
    }

    void spaces(int count) throws IOException {
      for (var left = count; left > 0; left -= CHUNK) {
        send(" ".repeat(Math.min(left, CHUNK)));
      }
    }

    void end() throws IOException {
      raw("0\r\n\r\n");
    }

    void raw(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    Answer answer() throws IOException {
      var head = new StringBuilder();
      for (var line = line(); !line.isEmpty(); line = line()) {
        head.append(line).append('\n');
      }
      var text = head.toString().toLowerCase(java.util.Locale.ROOT);
      var length = text.indexOf("content-length: ");
      var body =
          length < 0
              ? ""
              : new String(
                  in.readNBytes(
                      Integer.parseInt(text.substring(length + 16, text.indexOf('\n', length)))),
                  StandardCharsets.UTF_8);
      return new Answer(Integer.parseInt(head.substring(9, 12)), text, body);
    }

    private String line() throws IOException {
      var line = new StringBuilder();
      for (var c = in.read(); c != '\n'; c = in.read()) {
        if (c < 0) {
          throw new IOException("The connection was cut after: " + line);
        }
        line.append((char) c);
      }
      return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
