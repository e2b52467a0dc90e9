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
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A download over TLS that takes longer than a connection may be idle. */
@ServiceTest
class SlowDownloadIT {
  private static final int BYTES = FirmwareStack.MAX_BYTES;
  private static final int PIECE_BYTES = 64 * 1024;

  /** For 2.4 s and more in all: more than twice as long as a connection may be idle. */
  private static final int PAUSE_MILLIS = 20;

  @Inject Vertx vertx;
  FirmwareStack stack;
  private DevicePort port;

  /** A port of its own, that waits for nobody. */
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
  }

  @AfterEach
  void close() {
    port.close();
  }

  @Test
  void itIsNotIdleWhileItsBytesFlow() throws Exception {
    var bytes = new byte[BYTES];
    new Random(21).nextBytes(bytes);
    var device = OneDevice.of(stack);
    var path = download(device, device.assign(device.distribution("1.0", bytes)));
    var sha256 = MessageDigest.getInstance("SHA-256");
    try (var socket = connect()) {
      ask(socket, path, device.token());
      var in = socket.getInputStream();
      assertTrue(head(in).startsWith("HTTP/1.1 200 "));
      for (var left = BYTES; left > 0; left -= PIECE_BYTES) {
        var piece = in.readNBytes(Math.min(PIECE_BYTES, left));
        assertTrue(piece.length == Math.min(PIECE_BYTES, left), left + " bytes before its end");
        sha256.update(piece);
        // What is tested is how slow the client is.
        Thread.sleep(PAUSE_MILLIS);
      }
    }
    assertArrayEquals(MessageDigest.getInstance("SHA-256").digest(bytes), sha256.digest());
  }

  private SSLSocket connect() throws IOException {
    var factory = Pem.trusting(stack.tls().authorityCertificate()).getSocketFactory();
    var socket = (SSLSocket) factory.createSocket("127.0.0.1", port.port());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void ask(SSLSocket socket, String path, String token) throws IOException {
    var request =
        "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: TargetToken %s\r\n\r\n"
            .formatted(path, token);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      var next = in.read();
      if (next < 0) {
        throw new IOException("it ended after " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static String download(OneDevice device, int action) {
    String href =
        device
            .request()
            .get(device.path() + "/deploymentBase/" + action)
            .path("deployment.chunks[0].artifacts[0]._links.download.href");
    return href.substring(href.indexOf("/" + device.tenant()));
  }
}
