package io.muster.firmware.download;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.micrometer.core.instrument.MeterRegistry;
import io.muster.firmware.FirmwareStack;
import io.muster.firmware.OneDevice;
import io.muster.firmware.ServiceTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a device gets of an artifact, to the byte. */
@ServiceTest
class DownloadIT {
  private static final byte[] BYTES = new byte[200_000];
  private static final Pattern PART =
      Pattern.compile(
          "\r\n--[^\r\n]+\r\nContent-Type: application/octet-stream\r\n"
              + "Content-Range: bytes (\\d+)-(\\d+)/(\\d+)\r\n\r\n");

  static {
    new Random(11).nextBytes(BYTES);
  }

  @Inject MeterRegistry meters;
  FirmwareStack stack;
  private OneDevice device;

  @BeforeEach
  void makeADevice() {
    device = OneDevice.of(stack);
  }

  @Test
  void aDownloadThatIsCutAnywhereGoesOn() throws Exception {
    var file = file(BYTES);
    var tag = get(file).header("ETag");
    assertEquals("\"" + digest("SHA-256", BYTES) + "\"", tag);
    var cuts =
        IntStream.concat(
            IntStream.of(0, 1, 65_536, BYTES.length - 1), new Random(12).ints(20, 0, BYTES.length));
    for (var cut : cuts.toArray()) {
      var rest =
          device.request().header("Range", "bytes=" + cut + "-").header("If-Range", tag).get(file);
      rest.then()
          .statusCode(206)
          .header("Content-Range", "bytes %d-199999/200000".formatted(cut))
          .header("Content-Length", Integer.toString(BYTES.length - cut));
      assertArrayEquals(Arrays.copyOfRange(BYTES, cut, BYTES.length), rest.asByteArray());
    }
  }

  @Test
  void whatWentOutIsCounted() {
    var file = file(BYTES);
    var before = downloadedBytes();
    get(file).then().statusCode(200);
    device.request().header("Range", "bytes=0-9").get(file).then().statusCode(206);
    device.request().get(device.path()).then().statusCode(200);
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertEquals(BYTES.length + 10, downloadedBytes() - before));
  }

  private double downloadedBytes() {
    return meters.counter("muster.firmware.downloaded").count();
  }

  /** As SWUpdate's handler of deltas asks: for 150 at a time unless its image says otherwise. */
  @Test
  void manyRangesComeInTheirOrder() {
    var file = file(BYTES);
    var firsts = new Random(13).ints(149, 0, BYTES.length - 1_000).boxed().toList();
    var wanted =
        firsts.stream()
            .map(first -> first + "-" + (first + 999))
            .collect(Collectors.joining(",", "bytes=", ",-7"));
    var answer = device.request().header("Range", wanted).get(file);
    answer.then().statusCode(206).contentType(startsWith("multipart/byteranges; boundary="));
    var text = new String(answer.asByteArray(), StandardCharsets.ISO_8859_1);
    var parts = PART.matcher(text);
    for (var first : firsts) {
      assertPart(parts, text, first, first + 999);
    }
    assertPart(parts, text, BYTES.length - 7, BYTES.length - 1);
    assertFalse(parts.find());
  }

  private static void assertPart(java.util.regex.Matcher parts, String text, int first, int last) {
    assertEquals(true, parts.find());
    assertEquals(
        List.of("" + first, "" + last, "200000"),
        List.of(parts.group(1), parts.group(2), parts.group(3)));
    assertArrayEquals(
        Arrays.copyOfRange(BYTES, first, last + 1),
        text.substring(parts.end(), parts.end() + last + 1 - first)
            .getBytes(StandardCharsets.ISO_8859_1));
  }

  /** As by an address that was written into an image before it had an id here. */
  @Test
  void whoIsToGetAFileFindsItByItsDigestAndNobodyElseDoes() throws Exception {
    var byDigest = "/artifacts/" + digest("SHA-256", BYTES);
    get(device.path() + byDigest).then().statusCode(404);
    file(BYTES);
    var cut = device.request().header("Range", "bytes=199990-").get(device.path() + byDigest);
    assertEquals(206, cut.statusCode());
    assertArrayEquals(Arrays.copyOfRange(BYTES, 199_990, 200_000), cut.asByteArray());
    device.request().head(device.path() + byDigest).then().header("Content-Length", "200000");
    get(device.path() + "/artifacts/0").then().statusCode(404);
    var other = OneDevice.of(stack);
    other.request().get(other.path() + byDigest).then().statusCode(404);
    other.request().get(device.path() + byDigest).then().statusCode(401);
  }

  @Test
  void whatAnotherTagOrADateNamesComesWhole() {
    var file = file(BYTES);
    for (var other :
        List.of("\"x\"", "W/" + get(file).header("ETag"), "Thu, 01 Jan 2026 00:00:00 GMT")) {
      var answer =
          device.request().header("Range", "bytes=5-9").header("If-Range", other).get(file);
      answer.then().statusCode(200);
      assertArrayEquals(BYTES, answer.asByteArray());
    }
  }

  @Test
  void whatADeviceHasIsNotSent() {
    var file = file(BYTES);
    device
        .request()
        .header("If-None-Match", get(file).header("ETag"))
        .get(file)
        .then()
        .statusCode(304);
    device
        .request()
        .header("Range", "bytes=5-9")
        .head(file)
        .then()
        .statusCode(200)
        .header("Content-Length", "200000");
  }

  @Test
  void itsMd5IsToldAsMd5sumWritesIt() throws Exception {
    get(file(BYTES) + ".MD5SUM")
        .then()
        .statusCode(200)
        .body(equalTo(digest("MD5", BYTES) + "  image.swu\n"));
  }

  private Response get(String path) {
    return device.request().get(path);
  }

  private String file(byte[] bytes) {
    return device.download(device.assign(device.distribution("1.0", bytes)));
  }

  private static String digest(String algorithm, byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
  }
}
