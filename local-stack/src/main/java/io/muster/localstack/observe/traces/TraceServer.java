package io.muster.localstack.observe.traces;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Takes spans over OTLP/HTTP in protobuf ({@code POST /v1/traces}), keeps the last ones in memory,
 * and shows them to a browser on this machine: {@code /}, {@code /trace/{id}}, and as JSON {@code
 * /api/traces/{id}}. Thread-safe.
 */
public final class TraceServer implements AutoCloseable {
  private static final int MOST_TRACES = 1_000;
  private static final int MOST_SPANS = 500;
  private static final int SHOWN = 200;

  /** Of a request, also when it is unpacked. */
  private static final int MOST_BYTES = 8 << 20;

  /** What a page of elsewhere calls this machine by is not among these. */
  private static final Pattern OURSELVES =
      Pattern.compile("(?:127\\.0\\.0\\.1|localhost|\\[::1])(?::[0-9]+)?");

  private static final String HTML = "text/html; charset=utf-8";

  private final TraceStore store = new TraceStore(MOST_TRACES, MOST_SPANS);
  private final ObjectMapper json = new ObjectMapper();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private TraceServer(int port) throws IOException {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /**
   * Starts it on the loopback address.
   *
   * @param port 0 for any free one
   * @throws IOException when the port is taken
   */
  public static TraceServer start(int port) throws IOException {
    return new TraceServer(port);
  }

  /** {@code http://…}: where spans are sent and people look. */
  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try {
      var path = exchange.getRequestURI().getPath();
      var host = exchange.getRequestHeaders().getFirst("Host");
      if (host == null || !OURSELVES.matcher(host).matches()) {
        send(exchange, 403, "text/plain", "This is for this machine.\n");
      } else if (path.equals("/v1/traces")) {
        take(exchange);
      } else if (!exchange.getRequestMethod().equals("GET")) {
        send(exchange, 405, "text/plain", "GET, and POST to /v1/traces.\n");
      } else {
        show(exchange, path);
      }
    } catch (IllegalArgumentException malformed) {
      send(exchange, 400, "text/plain", malformed.getMessage() + "\n");
    }
  }

  private void take(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestMethod().equals("POST")) {
      send(exchange, 405, "text/plain", "POST.\n");
      return;
    }
    store.add(OtlpSpans.in(body(exchange)));
    // An answer with nothing in it: all were taken.
    send(exchange, 200, "application/x-protobuf", "");
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    var packed = read(exchange.getRequestBody());
    if (!"gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
      return packed;
    }
    try (var unpacked = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return read(unpacked);
    } catch (IOException e) {
      throw new IllegalArgumentException("no gzip", e);
    }
  }

  private static byte[] read(InputStream stream) throws IOException {
    var bytes = stream.readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new IllegalArgumentException("more than " + MOST_BYTES + " bytes");
    }
    return bytes;
  }

  private void show(HttpExchange exchange, String path) throws IOException {
    if (path.equals("/")) {
      var text = query(exchange);
      send(exchange, 200, HTML, TracePages.list(store.latest(text, SHOWN), text));
      return;
    }
    var spans = store.trace(path.substring(path.lastIndexOf('/') + 1));
    if (spans.isEmpty()) {
      send(exchange, 404, "text/plain", "No such trace, or no longer.\n");
    } else if (path.startsWith("/trace/")) {
      send(exchange, 200, HTML, TracePages.trace(spans));
    } else if (path.startsWith("/api/traces/")) {
      send(exchange, 200, "application/json", json.writeValueAsString(spans));
    } else {
      send(exchange, 404, "text/plain", "No such page.\n");
    }
  }

  private static String query(HttpExchange exchange) {
    var query = exchange.getRequestURI().getRawQuery();
    return query == null || !query.startsWith("q=")
        ? ""
        : URLDecoder.decode(query.substring(2).split("&", 2)[0], StandardCharsets.UTF_8);
  }

  private static void send(HttpExchange exchange, int status, String type, String text)
      throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    var headers = exchange.getResponseHeaders();
    Map.of(
            "Content-Type", type,
            "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
            "X-Content-Type-Options", "nosniff",
            "Cache-Control", "no-store")
        .forEach(headers::set);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    if (bytes.length > 0) {
      try (var body = exchange.getResponseBody()) {
        body.write(bytes);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
