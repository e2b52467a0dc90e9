package io.muster.firmware.ddi;

import static io.muster.firmware.ProblemMatcher.assertProblem;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
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
  private static final int MOST = 16;

  /** More than the buffers of a connection hold. */
  private static final int BYTES = FirmwareStack.MAX_BYTES;

  @Inject DeviceDownloads downloads;
  @Inject MeterRegistry meters;
  FirmwareStack stack;
  private final List<Socket> sockets = new ArrayList<>();
  private OneDevice device;
  private String path;

  @BeforeEach
  void takeAllItsPlaces() throws IOException {
    device = OneDevice.of(stack);
    path = RawDownload.path(device, device.assign(device.distribution("1.0", new byte[BYTES])));
    for (var i = 0; i < MOST; i++) {
      assertTrue(begin(path, device).startsWith("HTTP/1.1 206 "));
    }
  }

  @AfterEach
  void hangUp() throws IOException {
    for (var socket : sockets) {
      socket.close();
    }
    await().atMost(Duration.ofSeconds(60)).until(() -> downloads.devices() == 0);
  }

  @Test
  void oneMoreIsRefusedAndOthersGoOn() throws IOException {
    var before = refused();
    assertProblem(one(), 429, "limit-reached").header("Retry-After", equalTo("10"));
    assertEquals(before + 1, refused());
    // It learns how long the file is, asks what there is to do, and others fetch theirs.
    device.request().head(path).then().statusCode(200);
    device.request().get(device.path()).then().statusCode(200);
    var other = OneDevice.of(stack);
    var another = RawDownload.path(other, other.assign(other.distribution("1.0", new byte[1_000])));
    other.request().get(another).then().statusCode(200);
  }

  @Test
  void oneThatWasCutGivesItsPlaceBack() throws IOException {
    sockets.getFirst().close();
    await().atMost(Duration.ofSeconds(60)).until(() -> one().statusCode() == 206);
    // As often as it likes, one after the other.
    assertEquals(206, one().statusCode());
    assertEquals(416, device.request().header("Range", "bytes=9000000-").get(path).statusCode());
    assertEquals(206, one().statusCode());
  }

  private double refused() {
    return meters.get("muster.firmware.device.limited").tag("what", "downloads").counter().count();
  }

  /** A download of ten bytes. */
  private Response one() {
    return device.request().header("Range", "bytes=0-9").get(path);
  }

  private String begin(String path, OneDevice device) throws IOException {
    var socket = RawDownload.connect(RestAssured.port);
    sockets.add(socket);
    RawDownload.ask(socket, path, device.token(), BYTES);
    return RawDownload.head(socket.getInputStream());
  }
}
