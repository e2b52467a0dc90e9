package io.muster.issuer.check;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** Registry, ingest and the device endpoint, as far as the check sees them. */
final class FakeInstallation implements AutoCloseable {
  static final String TOKEN = "administrators-token";

  private static final String TENANTS = "/api/v1/tenants";
  private static final String DEVICES = TENANTS + "/helm-test/devices";

  /** What each device that is registered said last. */
  final Map<String, String> devices = new ConcurrentHashMap<>();

  final AtomicInteger connects = new AtomicInteger();
  volatile int returnCode;
  volatile int status;

  private final HttpServer http;
  private final SSLServerSocket endpoint;

  FakeInstallation(SSLContext tls) throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
    http.start();
    endpoint =
        (SSLServerSocket)
            tls.getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  int endpointPort() {
    return endpoint.getLocalPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var method = exchange.getRequestMethod();
      var path = exchange.getRequestURI().getPath();
      var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      var token = exchange.getRequestHeaders().getFirst("Authorization");
      if (status != 0 || !("Bearer " + TOKEN).equals(token)) {
        write(exchange, status == 0 ? 401 : status, "{}");
      } else if (path.equals(TENANTS)) {
        write(exchange, 409, "{}");
      } else if (path.equals(DEVICES)) {
        var id = new ObjectMapper().readTree(body).path("id").asText();
        devices.put(id, "");
        write(exchange, 201, "{}");
      } else if (path.endsWith("/credentials")) {
        write(exchange, 201, "{\"secret\":\"s3cret\"}");
      } else if (path.endsWith("/telemetry/latest")) {
        var reading = devices.values().iterator().next();
        var value = reading.replaceAll(".*:(.*)}", "{\"value\":$1}");
        write(
            exchange,
            200,
            reading.isEmpty() ? "{}" : "{\"values\":{\"temperature\":" + value + "}}");
      } else if (method.equals("DELETE")) {
        devices.remove(path.substring(DEVICES.length() + 1));
        write(exchange, 204, "");
      } else {
        write(exchange, 404, "{}");
      }
    }
  }

  private static void write(HttpExchange exchange, int status, String json) throws IOException {
    var bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private void accept() {
    try {
      while (true) {
        var socket = (SSLSocket) endpoint.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void serve(SSLSocket socket) {
    try (socket) {
      var in = new DataInputStream(socket.getInputStream());
      var connect = packet(in);
      var user = new String(connect, StandardCharsets.UTF_8);
      connects.incrementAndGet();
      var known = devices.keySet().stream().anyMatch(id -> user.contains(id + "@helm-test"));
      var code = known && user.endsWith("s3cret") ? returnCode : 4;
      socket.getOutputStream().write(new byte[] {0x20, 2, 0, (byte) code});
      if (code != 0) {
        return;
      }
      var publish = packet(in);
      var topicBytes = (publish[0] << 8) + publish[1];
      var topic = new String(publish, 2, topicBytes, StandardCharsets.UTF_8);
      var payload = Arrays.copyOfRange(publish, 4 + topicBytes, publish.length);
      devices.put(
          topic.substring(topic.lastIndexOf('/') + 1), new String(payload, StandardCharsets.UTF_8));
      socket
          .getOutputStream()
          .write(new byte[] {0x40, 2, publish[2 + topicBytes], publish[3 + topicBytes]});
      in.readUnsignedByte();
    } catch (IOException ended) {
      // The client went.
    }
  }

  private static byte[] packet(DataInputStream in) throws IOException {
    in.readUnsignedByte();
    var length = 0;
    var shift = 0;
    int each;
    do {
      each = in.readUnsignedByte();
      length |= (each & 0x7F) << shift;
      shift += 7;
    } while ((each & 0x80) != 0);
    var body = new byte[length];
    in.readFully(body);
    return body;
  }

  @Override
  public void close() throws IOException {
    http.stop(0);
    endpoint.close();
  }
}
