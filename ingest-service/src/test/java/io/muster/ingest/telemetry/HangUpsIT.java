package io.muster.ingest.telemetry;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.DeviceTopic;
import io.muster.ingest.IngestStack;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Publication;
import io.opentelemetry.context.Context;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that leave early or send nonsense, at the service as it runs. */
@QuarkusTest
@QuarkusTestResource(IngestStack.class)
class HangUpsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TENANT = "hang-ups";
  private static final DeviceAddress DEVICE = DeviceAddress.of(TENANT, "one");
  private static final String PATH = "/api/v1/tenants/" + TENANT + "/devices/one/telemetry";

  /** More than {@code muster.telemetry.long-reads}. */
  private static final int OFTEN = 24;

  @Inject Intake intake;
  @TestHTTPResource URI base;
  IngestStack stack;

  @BeforeEach
  void store() {
    for (int from = 0; from < 10_000; from += 2_000) {
      store(from, from + 2_000);
    }
  }

  private void store(int from, int to) {
    var readings =
        IntStream.range(from, to)
            .mapToObj(
                i -> "{\"ts\":" + i + ",\"n\":" + i + ",\"s\":\"some text to fill the pipe\"}")
            .collect(Collectors.joining(",", "[", "]"));
    var outcome = new CompletableFuture<Outcome>();
    intake.offer(
        new Publication(
            new DeviceTopic.Telemetry(DEVICE),
            DEVICE,
            readings.getBytes(StandardCharsets.UTF_8),
            1,
            false,
            null,
            Map.of(),
            Instant.now(),
            null,
            Context.root()),
        outcome::complete);
    assertEquals(Outcome.kept(), outcome.orTimeout(60, TimeUnit.SECONDS).join());
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/csv", "application/x-ndjson", "application/json"})
  void whoHangsUpBeforeTheAnswerHoldsUpNobody(String form) throws Exception {
    for (int i = 0; i < OFTEN; i++) {
      ask(form).close();
    }
    answers(form);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/csv", "application/x-ndjson"})
  void whoHangsUpInTheMiddleHoldsUpNobody(String form) throws Exception {
    for (int i = 0; i < OFTEN; i++) {
      try (var client = ask(form)) {
        client.getInputStream().read();
      }
    }
    answers(form);
  }

  @Test
  void aTamperedCursorIsNoFaultOfOurs() {
    var far = ByteBuffer.allocate(29).put((byte) 1).putLong(Long.MAX_VALUE);
    given()
        .auth()
        .oauth2(token())
        .queryParam("cursor", Base64.getUrlEncoder().withoutPadding().encodeToString(far.array()))
        .get(PATH)
        .then()
        .statusCode(400)
        .body("errors[0].parameter", equalTo("cursor"));
  }

  private void answers(String form) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                given()
                    .auth()
                    .oauth2(token())
                    .accept(form)
                    .get(PATH + query(form))
                    .then()
                    .statusCode(200));
  }

  private Socket ask(String form) throws IOException {
    var client = new Socket(base.getHost(), base.getPort());
    var request =
        "GET %s%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nAccept: %s\r\n\r\n"
            .formatted(PATH, query(form), token(), form);
    client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return client;
  }

  /** An aggregation needs a permit as well. */
  private static String query(String form) {
    return form.equals("application/json") ? "?bucket=PT1S&aggregate=count" : "";
  }

  private String token() {
    return stack.personsToken("viewer", TENANT);
  }
}
