package io.muster.firmware.download;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final int PATIENCE_SECONDS = 60;

  private final Vertx vertx = Vertx.vertx();
  private volatile Context context;

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  @Test
  void allOfItIsWrittenInPieces() throws IOException {
    var bytes = new byte[3 * Pace.PIECE_BYTES + 1];
    new Random(7).nextBytes(bytes);
    var out = new ByteArrayOutputStream();
    var pieces = new AtomicInteger();
    Pace pace =
        () ->
            assertTrue(out.size() <= Pace.PIECE_BYTES * pieces.incrementAndGet(), "one at a time");
    pace.copy(new ByteArrayInputStream(bytes), out);
    assertArrayEquals(bytes, out.toByteArray());
    assertEquals(4, pieces.get());
  }

  @Test
  void aBusyLoopIsWaitedFor() throws Exception {
    var pace = Pace.of(connection());
    var busy = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var taken = new CompletableFuture<Void>();
    context.runOnContext(
        _ -> {
          busy.countDown();
          await(goOn);
        });
    await(busy);
    var waiting =
        Thread.startVirtualThread(
            () -> {
              try {
                pace.awaitTaken();
                taken.complete(null);
              } catch (IOException failed) {
                taken.completeExceptionally(failed);
              }
            });
    assertThrows(TimeoutException.class, () -> taken.get(50, TimeUnit.MILLISECONDS));
    goOn.countDown();
    taken.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    waiting.join();
  }

  /** Of a server; {@link #context} is its. */
  private HttpConnection connection() throws Exception {
    var connection = new CompletableFuture<HttpConnection>();
    var server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  context = vertx.getOrCreateContext();
                  connection.complete(request.connection());
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    vertx
        .createHttpClient()
        .request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
        .onSuccess(request -> request.send());
    return connection.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }
}
