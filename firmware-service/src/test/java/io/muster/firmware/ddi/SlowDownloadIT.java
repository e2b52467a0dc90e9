package io.muster.firmware.ddi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.HandWired;
import io.muster.firmware.OneDevice;
import io.muster.firmware.Pem;
import io.muster.firmware.ServiceTest;
import io.quarkus.vertx.http.runtime.VertxHttpRecorder;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Downloads that take longer than a connection may be idle. */
@ServiceTest
class SlowDownloadIT {
  private static final int BYTES = FirmwareStack.MAX_BYTES;
  private static final int PIECE_BYTES = RawDownload.PIECE_BYTES;

  /** For 2.4 s and more in all: more than twice as long as a connection may be idle. */
  private static final int PAUSE_MILLIS = 20;

  /** Without TLS the kernel sends a file in regions of 1 MiB, which takes longer than that. */
  private static final int PLAIN_BYTES = 24 * PIECE_BYTES;

  private static final int PLAIN_PAUSE_MILLIS = 100;

  /** Of a socket; that of one on this machine would take all of it at once. */
  private static final int BUFFER_BYTES = PIECE_BYTES;

  @Inject Vertx vertx;
  FirmwareStack stack;
  private DevicePort port;
  private HttpServer plain;

  /** Ports of its own, that wait for nobody. */
  @BeforeEach
  void open() {
    var settings =
        Map.of(
            "muster.firmware.tls.port",
            "0",
            "muster.firmware.tls.idle-timeout",
            "1S",
            "muster.firmware.tls.certificate",
            stack.tls().serverCertificate().toString(),
            "muster.firmware.tls.key",
            stack.tls().serverKey().toString());
    var config = HandWired.config(DevicePortConfig.class, settings);
    port = new DevicePort(vertx, config, new SimpleMeterRegistry());
    port.open(VertxHttpRecorder.getRootHandler());
    var options =
        new HttpServerOptions()
            .setHost("127.0.0.1")
            .setPort(0)
            .setIdleTimeout(1)
            .setSendBufferSize(BUFFER_BYTES);
    plain =
        vertx
            .createHttpServer(options)
            .requestHandler(VertxHttpRecorder.getRootHandler())
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .join();
  }

  @AfterEach
  void close() {
    port.close();
    plain.close();
  }

  /** Both at once, since each takes its time. */
  @Test
  void aConnectionIsNotIdleWhileItsBytesFlow() throws Exception {
    var bytes = new byte[BYTES];
    new Random(21).nextBytes(bytes);
    var device = OneDevice.of(stack);
    var path = device.download(device.assign(device.distribution("1.0", bytes)));
    Callable<byte[]> overTls =
        () -> {
          try (var socket = connect()) {
            RawDownload.ask(socket, path, device.token(), BYTES);
            return readSlowly(socket.getInputStream(), BYTES, PAUSE_MILLIS);
          }
        };
    Callable<byte[]> withoutTls =
        () -> {
          try (var socket = RawDownload.connect(plain.actualPort())) {
            RawDownload.ask(socket, path, device.token(), PLAIN_BYTES);
            return readSlowly(socket.getInputStream(), PLAIN_BYTES, PLAIN_PAUSE_MILLIS);
          }
        };
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = threads.invokeAll(List.of(overTls, withoutTls));
      assertArrayEquals(sha256().digest(bytes), answers.getFirst().get());
      assertArrayEquals(
          sha256().digest(Arrays.copyOf(bytes, PLAIN_BYTES)), answers.getLast().get());
    }
  }

  /** Gives the SHA-256 of what came. */
  private static byte[] readSlowly(InputStream in, int bytes, int pauseMillis) throws Exception {
    assertTrue(RawDownload.head(in).startsWith("HTTP/1.1 206 "));
    var sha256 = sha256();
    for (var left = bytes; left > 0; left -= PIECE_BYTES) {
      var piece = in.readNBytes(Math.min(PIECE_BYTES, left));
      assertTrue(piece.length == Math.min(PIECE_BYTES, left), left + " bytes before its end");
      sha256.update(piece);
      // What is tested is how slow the client is.
      Thread.sleep(pauseMillis);
    }
    return sha256.digest();
  }

  private static MessageDigest sha256() throws NoSuchAlgorithmException {
    return MessageDigest.getInstance("SHA-256");
  }

  private SSLSocket connect() throws IOException {
    var factory = Pem.trusting(stack.tls().authorityCertificate()).getSocketFactory();
    var socket = (SSLSocket) factory.createSocket("127.0.0.1", port.port());
    socket.setSoTimeout(60_000);
    return socket;
  }
}
