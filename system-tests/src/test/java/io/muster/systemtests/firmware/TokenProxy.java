package io.muster.systemtests.firmware;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a device has beside it whose client shows nothing: passes requests on with the device's
 * token, answers as they come, and remembers what was asked for and how much came.
 */
final class TokenProxy implements AutoCloseable {
  private final HttpServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final String service;
  private final String token;
  private final List<String> ranges = new CopyOnWriteArrayList<>();
  private final AtomicLong passed = new AtomicLong();

  private TokenProxy(HttpServer server, String service, String token) {
    this.server = server;
    this.service = service;
    this.token = token;
  }

  /**
   * Starts one.
   *
   * @param service {@code http://…} of a firmware-service
   */
  static TokenProxy start(String service, String token) throws IOException {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var proxy = new TokenProxy(server, service, token);
    server.createContext("/", proxy::pass);
    server.start();
    return proxy;
  }

  /** {@code http://…}. */
  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What was asked for, each as in its request. */
  List<String> ranges() {
    return ranges;
  }

  /** Bytes of all answers. */
  long passed() {
    return passed.get();
  }

  private void pass(HttpExchange exchange) throws IOException {
    try (exchange) {
      var answer = ask(exchange.getRequestURI(), exchange.getRequestHeaders().getFirst("Range"));
      for (var header : List.of("Content-Type", "Content-Range")) {
        answer
            .headers()
            .firstValue(header)
            .ifPresent(value -> exchange.getResponseHeaders().set(header, value));
      }
      passed.addAndGet(answer.body().length);
      exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
      exchange.getResponseBody().write(answer.body());
    }
  }

  private HttpResponse<byte[]> ask(URI path, String range) throws IOException {
    var request =
        HttpRequest.newBuilder(URI.create(service + path))
            .header("Authorization", "TargetToken " + token);
    if (range != null) {
      ranges.add(range);
      request.header("Range", range);
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    client.close();
  }
}
