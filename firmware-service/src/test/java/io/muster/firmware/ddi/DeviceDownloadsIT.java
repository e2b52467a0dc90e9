package io.muster.firmware.ddi;

import static io.muster.firmware.ProblemMatcher.assertProblem;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
import io.muster.firmware.Pem;
import io.muster.firmware.ServiceTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A device that begins downloads and takes nothing of them. */
@ServiceTest
class DeviceDownloadsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MOST = 16;

  /** More than the buffers of a connection hold. */
  private static final int BYTES = FirmwareStack.MAX_BYTES;

  @Inject DeviceDownloads downloads;
  @Inject MeterRegistry meters;
  FirmwareStack stack;
  private final List<Socket> sockets = new ArrayList<>();
  private OneDevice device;
  private String path;

  /** One of them over TLS, where the bytes go another way. */
  @BeforeEach
  void takeAllItsPlaces() throws Exception {
    device = OneDevice.of(stack);
    path = device.download(device.assign(device.distribution("1.0", new byte[BYTES])));
    begin(encrypted());
    for (var i = 1; i < MOST; i++) {
      begin(RawDownload.connect(RestAssured.port));
    }
  }

  @AfterEach
  void hangUp() throws IOException {
    for (var socket : sockets) {
      socket.close();
    }
    await().atMost(PATIENCE).until(() -> downloads.devices() == 0);
  }

  @Test
  void oneMoreIsRefusedUntilOneOfThemEnds() throws Exception {
    var before = refused();
    assertProblem(one(), 429, "limit-reached").header("Retry-After", equalTo("10"));
    assertEquals(before + 1, refused());
    // It learns how long the file is, whether it has changed, asks what there is to do, and others
    // fetch theirs.
    var length = device.request().head(path);
    assertEquals(200, length.statusCode());
    assertEquals(
        304,
        device.request().header("If-None-Match", length.header("ETag")).get(path).statusCode());
    assertEquals(200, device.request().get(device.path()).statusCode());
    var other = OneDevice.of(stack);
    var another = other.download(other.assign(other.distribution("1.0", new byte[1_000])));
    assertEquals(200, other.request().get(another).statusCode());
    // As often as it likes, one after the other, when one was cut, over TLS or not.
    sockets.getFirst().close();
    awaitOne();
    begin(RawDownload.connect(RestAssured.port));
    assertEquals(429, one().statusCode());
    sockets.getLast().close();
    awaitOne();
    awaitOne();
    assertEquals(416, device.request().header("Range", "bytes=9000000-").get(path).statusCode());
    awaitOne();
  }

  /** The end of one is known a moment after its last byte. */
  private void awaitOne() {
    await().atMost(PATIENCE).until(() -> one().statusCode() == 206);
  }

  private double refused() {
    return meters.get("muster.firmware.device.limited").tag("what", "downloads").counter().count();
  }

  /** A download of ten bytes. */
  private Response one() {
    return device.request().header("Range", "bytes=0-9").get(path);
  }

  private void begin(Socket socket) throws IOException {
    sockets.add(socket);
    RawDownload.ask(socket, path, device.token(), BYTES);
    var head = RawDownload.head(socket.getInputStream());
    assertTrue(head.startsWith("HTTP/1.1 206 "), head);
  }

  private Socket encrypted() throws Exception {
    var at = stack.devices("/");
    var factory = Pem.trusting(stack.tls().authorityCertificate()).getSocketFactory();
    var plain = RawDownload.connect(at.getPort());
    return factory.createSocket(plain, at.getHost(), at.getPort(), true);
  }
}
