package io.muster.firmware.store;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A bucket in memory over real HTTP: as much of S3 as is asked for here. What is not signed with
 * its key is refused. Thread-safe.
 */
public final class BucketServer implements AutoCloseable {
  static final String KEY_ID = "AKIDTEST";
  static final String SECRET = "wJalrXUtnFEMI/K7MDENG/test";
  private static final String NAME = "artifacts";

  private final Map<String, Stored> objects = new ConcurrentSkipListMap<>();
  private final Map<String, Map<Integer, byte[]>> uploads = new ConcurrentSkipListMap<>();
  private final AtomicInteger next = new AtomicInteger();
  private final HttpServer server;
  private volatile boolean away;
  private volatile Instant uploadsBegan = Instant.now();

  record Stored(byte[] bytes, Instant at) {}

  private record Answer(int status, byte[] body) {
    static Answer xml(String text) {
      return new Answer(200, text.getBytes(StandardCharsets.UTF_8));
    }

    static Answer of(int status) {
      return new Answer(status, new byte[0]);
    }
  }

  public BucketServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  String name() {
    return NAME;
  }

  Map<String, Stored> objects() {
    return objects;
  }

  int uploadsUnderWay() {
    return uploads.size();
  }

  /** Whether it answers 503 alone. */
  void away(boolean isAway) {
    away = isAway;
  }

  /** As if it had been stored then. */
  void age(String key, Instant at) {
    objects.computeIfPresent(key, (_, it) -> new Stored(it.bytes, at));
  }

  void ageUploads(Instant at) {
    uploadsBegan = at;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = exchange.getRequestBody().readAllBytes();
      var query = query(exchange.getRequestURI());
      var signed =
          new RequestSignature(KEY_ID, SECRET)
              .isValid(
                  exchange.getRequestMethod(),
                  exchange.getRequestURI(),
                  exchange.getRequestHeaders(),
                  body);
      var answer = away ? Answer.of(503) : !signed ? Answer.of(403) : answer(exchange, query, body);
      var isHead = exchange.getRequestMethod().equals("HEAD");
      if (isHead && answer.status == 200) {
        exchange.getResponseHeaders().set("Content-Length", Integer.toString(answer.body.length));
      }
      exchange.sendResponseHeaders(
          answer.status, isHead || answer.body.length == 0 ? -1 : answer.body.length);
      if (!isHead && answer.body.length > 0) {
        exchange.getResponseBody().write(answer.body);
      }
    }
  }

  private Answer answer(HttpExchange exchange, Map<String, String> query, byte[] body) {
    var path = exchange.getRequestURI().getPath();
    if (!path.startsWith("/" + NAME)) {
      return Answer.of(404);
    }
    var key = path.substring(Math.min(path.length(), NAME.length() + 2));
    var upload = query.get("uploadId");
    return switch (exchange.getRequestMethod()) {
      case "PUT" -> upload == null ? put(key, body) : part(exchange, query, body);
      case "POST" -> upload == null ? begin(key) : complete(key, upload);
      case "DELETE" -> {
        if (upload == null) {
          objects.remove(key);
        } else {
          uploads.remove(upload);
        }
        yield Answer.of(204);
      }
      default ->
          query.containsKey("uploads")
              ? uploadList()
              : key.isEmpty() ? list(query.getOrDefault("prefix", "")) : get(exchange, key);
    };
  }

  private Answer put(String key, byte[] body) {
    objects.put(key, new Stored(body, Instant.now()));
    return Answer.of(200);
  }

  private Answer begin(String key) {
    var id = key.hashCode() + "-" + next.incrementAndGet() + "~" + key;
    uploads.put(id, new TreeMap<>());
    return Answer.xml(
        "<InitiateMultipartUploadResult><UploadId>%s</UploadId></InitiateMultipartUploadResult>"
            .formatted(id));
  }

  private Answer part(HttpExchange exchange, Map<String, String> query, byte[] body) {
    var number = Integer.parseInt(query.get("partNumber"));
    uploads.get(query.get("uploadId")).put(number, body);
    exchange.getResponseHeaders().set("ETag", "\"" + number + "\"");
    return Answer.of(200);
  }

  private Answer complete(String key, String upload) {
    var parts = uploads.remove(upload).values();
    var all = new byte[parts.stream().mapToInt(it -> it.length).sum()];
    var at = 0;
    for (var part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    put(key, all);
    return Answer.xml("<CompleteMultipartUploadResult/>");
  }

  private Answer get(HttpExchange exchange, String key) {
    var found = objects.get(key);
    if (found == null) {
      return new Answer(
          404, "<Error><Code>NoSuchKey</Code></Error>".getBytes(StandardCharsets.UTF_8));
    }
    exchange
        .getResponseHeaders()
        .set(
            "Last-Modified",
            java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME.format(
                found.at.atOffset(java.time.ZoneOffset.UTC)));
    var range = exchange.getRequestHeaders().getFirst("Range");
    if (range == null) {
      return new Answer(200, found.bytes);
    }
    var ends = range.substring("bytes=".length()).split("-");
    return new Answer(
        206,
        Arrays.copyOfRange(found.bytes, Integer.parseInt(ends[0]), Integer.parseInt(ends[1]) + 1));
  }

  private Answer list(String prefix) {
    var contents = new StringBuilder();
    objects.forEach(
        (key, it) -> {
          if (key.startsWith(prefix)) {
            contents.append(
                "<Contents><Key>%s</Key><LastModified>%s</LastModified><Size>%d</Size></Contents>"
                    .formatted(key, it.at, it.bytes.length));
          }
        });
    return Answer.xml(
        "<ListBucketResult><IsTruncated>false</IsTruncated>" + contents + "</ListBucketResult>");
  }

  private Answer uploadList() {
    var all = new StringBuilder();
    uploads
        .keySet()
        .forEach(
            id ->
                all.append(
                    "<Upload><Key>%s</Key><UploadId>%s</UploadId><Initiated>%s</Initiated></Upload>"
                        .formatted(id.substring(id.indexOf('~') + 1), id, uploadsBegan)));
    return Answer.xml(
        "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>"
            + all
            + "</ListMultipartUploadsResult>");
  }

  static Map<String, String> query(URI uri) {
    var query = new TreeMap<String, String>();
    if (uri.getRawQuery() != null) {
      for (var pair : List.of(uri.getRawQuery().split("&"))) {
        var parts = pair.split("=", 2);
        query.put(decoded(parts[0]), parts.length < 2 ? "" : decoded(parts[1]));
      }
    }
    return query;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
