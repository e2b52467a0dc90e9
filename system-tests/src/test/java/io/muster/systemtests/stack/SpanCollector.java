package io.muster.systemtests.stack;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;

/**
 * A collector that takes spans over OTLP with gRPC (HTTP/2 without TLS) and keeps those of traces
 * that somebody is interested in. Safe for several threads.
 */
public final class SpanCollector implements AutoCloseable {
  private static final String EXPORT =
      "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  private static final long PATIENCE_SECONDS = 60;

  /** A message of gRPC begins with whether it is compressed, and its length. */
  private static final int PREFIX_BYTES = 5;

  private final List<ExportedSpan> spans = new CopyOnWriteArrayList<>();
  private final Set<String> wanted = ConcurrentHashMap.newKeySet();
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;

  private SpanCollector() throws Exception {
    var options = new HttpServerOptions().setHost("127.0.0.1").setPort(0);
    server =
        vertx
            .createHttpServer(options)
            .requestHandler(this::take)
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Listens on a port of its own. */
  public static SpanCollector start() {
    try {
      return new SpanCollector();
    } catch (Exception e) {
      throw new IllegalStateException("no collector", e);
    }
  }

  /**
   * Keeps what comes of a trace from now on. A stack of many tests tells of more than can be kept.
   *
   * @param traceId in hexadecimal
   */
  public void want(String traceId) {
    wanted.add(traceId);
  }

  /** What tells a service to send its spans here, as the guide does, and not to keep them long. */
  public Map<String, String> settings() {
    return Map.of(
        "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://127.0.0.1:" + server.actualPort(),
        "QUARKUS_OTEL_BSP_SCHEDULE_DELAY",
        "500ms");
  }

  /** What came of a trace until now. */
  public List<ExportedSpan> spans(String traceId) {
    return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
  }

  private void take(HttpServerRequest request) {
    if (!request.path().equals(EXPORT)) {
      request.response().setStatusCode(404).end();
      return;
    }
    request.body().onSuccess(body -> keep(ExportedSpan.in(message(body))));
    var response = request.response().putHeader("content-type", "application/grpc");
    request.body().onSuccess(body -> response.putTrailer("grpc-status", "0").end(empty()));
  }

  private void keep(List<ExportedSpan> all) {
    all.stream().filter(span -> wanted.contains(span.traceId())).forEach(spans::add);
  }

  private static byte[] message(Buffer body) {
    var message = body.getBytes(PREFIX_BYTES, body.length());
    if (body.getByte(0) == 0) {
      return message;
    }
    try (var unpacked = new GZIPInputStream(new ByteArrayInputStream(message))) {
      return unpacked.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An answer with nothing in it: all were taken. */
  private static Buffer empty() {
    return Buffer.buffer(new byte[PREFIX_BYTES]);
  }

  @Override
  public void close() {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .join();
  }
}
