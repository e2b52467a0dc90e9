package io.muster.firmware;

import static io.muster.firmware.ProblemMatcher.assertProblem;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What nobody means well. */
@ServiceTest
class HostileIT {
  private static final byte[] BYTES = new byte[1_000];
  private static final Logger SERVICE = Logger.getLogger("io.muster");

  @Inject MeterRegistry meters;
  FirmwareStack stack;
  private final LogLines log = new LogLines();
  private OneDevice device;

  @BeforeEach
  void makeADevice() {
    device = OneDevice.of(stack);
    SERVICE.addHandler(log);
  }

  @AfterEach
  void stopReading() {
    SERVICE.removeHandler(log);
  }

  /** Whoever tries such things is seen. */
  @Test
  void whatIsRefusedIsLoggedAndCounted() {
    var download = device.download(device.assign(device.distribution("1.0", BYTES)));
    var other = OneDevice.of(stack);
    assertSeen(
        "no name of an artifact",
        "muster.problems",
        Tag.of("type", "malformed-request"),
        () -> device.api().upload(device.tenant(), ".hidden", BYTES));
    assertSeen(
        "no plain path",
        "muster.problems",
        Tag.of("type", "malformed-request"),
        () -> device.request().get(device.path() + "/..%2fx"));
    assertSeen(
        "Refused ranges",
        "muster.firmware.downloads",
        Tag.of("answer", "unsatisfiable"),
        () -> device.request().header("Range", ranges(201, "0-0")).get(download));
    assertSeen(
        "not-authenticated",
        "muster.firmware.device.requests",
        Tag.of("decision", "deny"),
        () -> other.request().get(download));
    assertSeen(
        "forbidden",
        "muster.problems",
        Tag.of("type", "forbidden"),
        () -> other.api().get(device.actions()));
  }

  private void assertSeen(String line, String meter, Tag tag, Runnable attempt) {
    var before = counted(meter, tag);
    log.clear();
    attempt.run();
    assertTrue(counted(meter, tag) > before, meter + " " + tag);
    log.assertHas(line);
  }

  private double counted(String meter, Tag tag) {
    return meters.find(meter).tags(List.of(tag)).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  @Test
  void aNameThatLeadsElsewhereIsRefused() {
    var filenames =
        List.of(
            "..%2F..%2Fetc%2Fpasswd",
            "%2E%2E",
            ".hidden",
            "a%00b",
            "a%0D%0AX-Evil:1",
            "a%22b",
            "a%20b",
            "a.MD5SUM",
            "",
            "%F0%9F%98%80");
    for (var filename : filenames) {
      var status = device.api().upload(device.tenant(), filename, BYTES).statusCode();
      assertTrue(status == 400 || status == 404, filename + ": " + status);
    }
  }

  @Test
  void aPathThatLeadsElsewhereFindsNothing() {
    var file = device.download(device.assign(device.distribution("1.0", BYTES)));
    var folder = file.substring(0, file.lastIndexOf('/') + 1);
    var names =
        List.of(
            "..%2f..%2fmanifest.key", "%2e%2e/%2e%2e/x", "..;/x", "x%00", "no-such", "x%5c..%5cy");
    for (var name : names) {
      var status = device.request().get(folder + name).statusCode();
      assertTrue(status == 400 || status == 404, name + ": " + status);
    }
  }

  @Test
  void aForgedSignatureIsRefused() throws Exception {
    var artifact = device.api().upload(device.tenant(), "a.bin", BYTES).<String>path("id");
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getEncoder().encodeToString(pair.getPublic().getEncoded())
            + "\n-----END PUBLIC KEY-----\n";
    var tenant = Api.of(device.tenant());
    String key =
        device
            .api()
            .post(tenant + "/signing-keys", Map.of("name", "release", "publicKey", pem))
            .path("id");
    for (var signature : List.of(new byte[64], new byte[0], new byte[10_000])) {
      var body =
          Map.of("signingKey", key, "signature", Base64.getEncoder().encodeToString(signature));
      assertSeen(
          "is no signature of " + device.tenant(),
          "muster.problems",
          Tag.of("type", "invalid-content"),
          () ->
              assertProblem(
                  device.api().post(tenant + "/artifacts/" + artifact + "/signatures", body),
                  422,
                  "invalid-content"));
    }
    // A key of another tenant is none.
    var other = OneDevice.of(stack);
    var theirs = other.api().upload(other.tenant(), "a.bin", BYTES).<String>path("id");
    assertEquals(
        422,
        other
            .api()
            .post(
                Api.of(other.tenant()) + "/artifacts/" + theirs + "/signatures",
                Map.of("signingKey", key, "signature", "AAAA"))
            .statusCode());
  }

  @Test
  void rangesThatBurstAreRefused() {
    var download = device.download(device.assign(device.distribution("1.0", BYTES)));
    for (var range :
        List.of(ranges(201, "0-0"), ranges(2, "0-999"), ranges(100, "0-"), ranges(3_000, "0-0"))) {
      device.request().header("Range", range).get(download).then().statusCode(416);
    }
    var many = IntStream.range(0, 200).mapToObj(i -> i + "-" + i).collect(Collectors.joining(","));
    var answer = device.request().header("Range", "bytes=" + many).get(download);
    assertEquals(206, answer.statusCode());
    assertTrue(answer.asByteArray().length > 200);
  }

  /** As SWUpdate asks before it downloads. */
  @Test
  void theHeadTellsTheLength() {
    var download = device.download(device.assign(device.distribution("1.0", BYTES)));
    var head = device.request().accept("application/octet-stream").head(download);
    head.then().statusCode(200).header("Content-Length", "1000").header("Accept-Ranges", "bytes");
    var part = device.request().accept("application/octet-stream");
    part.header("Range", "bytes=990-").get(download).then().header("Content-Length", "10");
    device.request().get(download + ".MD5SUM").then().statusCode(200);
  }

  @Test
  void anotherTenantsDeviceGetsNoneOfIt() {
    var download = device.download(device.assign(device.distribution("1.0", BYTES)));
    var other = OneDevice.of(stack);
    other.request().get(download).then().statusCode(401);
    other
        .request()
        .get(download.replace("/" + device.tenant() + "/", "/" + other.tenant() + "/"))
        .then()
        .statusCode(404);
    assertProblem(other.api().get(device.actions()), 403, "forbidden");
    device.request().get(download).then().statusCode(200);
  }

  @Test
  void aFloodOfFeedbackIsRefusedAndItsEndIsTaken() {
    var action = device.assign(device.distribution("1.0", BYTES));
    for (var i = 0; i < 120; i++) {
      feedback(action, "download", "none").then().statusCode(200);
    }
    assertSeen(
        device.address() + " says too much",
        "muster.firmware.feedback",
        Tag.of("outcome", "flood"),
        () -> assertProblem(feedback(action, "download", "none"), 429, "limit-reached"));
    feedback(action, "closed", "success").then().statusCode(200);
    device.action(action).then().body("state", equalTo("finished"));
    List<?> history = device.action(action).path("history");
    assertEquals(100, history.size());
  }

  @Test
  void aDeviceThatAsksWithoutEndIsRefusedForAWhileAndGetsItsBytes() {
    var action = device.assign(device.distribution("1.0", BYTES));
    var download = device.download(action);
    var answer = device.request().get(device.path());
    // A slow machine may be in the next minute meanwhile.
    for (var i = 0; i < 5 * FirmwareStack.REQUESTS_PER_MINUTE && answer.statusCode() == 200; i++) {
      answer = device.request().get(device.path());
    }
    assertProblem(answer, 429, "limit-reached");
    var seconds = Integer.parseInt(answer.header("Retry-After"));
    assertTrue(seconds > 0 && seconds <= 60, () -> "after " + seconds);
    assertEquals(429, device.request().get(device.path() + "/manifestKeys").statusCode());
    device.request().get(download).then().statusCode(200);
    feedback(action, "closed", "success").then().statusCode(200);
    var other = OneDevice.of(stack);
    other.request().get(other.path()).then().statusCode(200);
  }

  @Test
  void attributesThatCannotBeKeptAreRefused() {
    var bodies =
        List.of(
            "",
            "[]",
            "{\"data\":{\"a\":{\"b\":1}}}",
            "{\"data\":{\"a\":\"\\u0000\"}}",
            "{\"data\":1}",
            "{\"data\":{}");
    for (var body : bodies) {
      var answer =
          device
              .request()
              .contentType("application/json")
              .body(body.getBytes(StandardCharsets.UTF_8))
              .put(device.path() + "/configData");
      assertEquals(400, answer.statusCode(), body);
    }
  }

  @Test
  void moreAttributesThanTheLimitAreRefused() {
    var data =
        IntStream.range(0, 101)
            .mapToObj(i -> "\"a%d\":\"x\"".formatted(i))
            .collect(Collectors.joining(",", "{\"data\":{", "}}"));
    assertEquals(
        429,
        device
            .request()
            .contentType("application/json")
            .body(data.getBytes(StandardCharsets.UTF_8))
            .put(device.path() + "/configData")
            .statusCode());
  }

  @Test
  void fiftyAtOnceEndAnActionOnce() throws Exception {
    var action = device.assign(device.distribution("1.0", BYTES));
    Callable<Integer> end = () -> feedback(action, "closed", "success").statusCode();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var status : threads.invokeAll(Stream.generate(() -> end).limit(50).toList())) {
        assertEquals(200, status.get());
      }
    }
    assertEquals(1, device.action(action).<Integer>path("statusCount"));
    assertEquals(1, device.topics().stream().filter(it -> it.contains("/installed/")).count());
  }

  @Test
  void fiftyActionsAtOnceLeaveOne() throws Exception {
    var distribution = device.distribution("1.0", BYTES);
    Callable<Integer> assign = () -> device.assign(distribution);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var numbers = new java.util.TreeSet<Integer>();
      for (var made : threads.invokeAll(Stream.generate(() -> assign).limit(50).toList())) {
        numbers.add(made.get());
      }
      assertEquals(50, numbers.size());
      // The newest first.
      List<String> states = device.api().get(device.actions() + "?limit=100").path("items.state");
      assertEquals("open", states.getFirst());
      assertEquals(49, Collections.frequency(states, "cancelled"));
    }
  }

  private Response feedback(int action, String execution, String finished) {
    return device
        .request()
        .contentType("application/json")
        .body(
            "{\"status\":{\"execution\":\"%s\",\"result\":{\"finished\":\"%s\"}}}"
                .formatted(execution, finished)
                .getBytes(StandardCharsets.UTF_8))
        .post(device.path() + "/deploymentBase/" + action + "/feedback");
  }

  private static String ranges(int count, String one) {
    return "bytes=" + String.join(",", Collections.nCopies(count, one));
  }
}
