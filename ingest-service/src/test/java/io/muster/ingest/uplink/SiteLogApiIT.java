package io.muster.ingest.uplink;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.UplinkBatch;
import io.muster.contract.event.UplinkBatch.Beginning;
import io.muster.contract.event.UplinkState;
import io.muster.ingest.IngestStack;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** How a hub's ingest-service takes the log of an edge, over HTTP. */
@QuarkusTest
@QuarkusTestResource(IngestStack.class)
class SiteLogApiIT {
  private static final String PATH = "/internal/v1/sites/lyon/log";
  private static final UplinkState NOTHING = new UplinkState(null, 0, null);

  @Inject MeterRegistry meters;
  IngestStack stack;

  private ValidatableResponse post(String path, String token, String body) {
    return given()
        .auth()
        .oauth2(token)
        .contentType(ContentType.JSON)
        .body(body)
        .when()
        .post(path)
        .then();
  }

  private ValidatableResponse post(UplinkBatch batch) {
    return post(PATH, stack.serviceToken("ingest"), json(batch));
  }

  private static String json(UplinkBatch batch) {
    try {
      return ContractJson.mapper().writeValueAsString(batch);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static UplinkBatch question() {
    return new UplinkBatch(UUID.randomUUID(), 0, null, null, List.of());
  }

  @Test
  void aBatchIsTakenOnceAndIsInTheLogThatServicesFollow() {
    var entries = LogEntries.numbered(0, LogEntries.answers(0, 3));
    var before = takenMessages();
    var log = UUID.randomUUID();
    var batch = new UplinkBatch(log, 0, null, new Beginning(NOTHING, 0), entries);
    for (int i = 0; i < 2; i++) {
      post(batch)
          .statusCode(200)
          .body("log", equalTo(log.toString()))
          .body("position", equalTo(3))
          .body("lastId", equalTo(entries.getLast().id().toString()));
    }
    assertEquals(before + 3, takenMessages());
    post(question()).statusCode(200).body("position", equalTo(3));
  }

  private double takenMessages() {
    return meters.get("muster.sites.messages").tag("outcome", "taken").counter().count();
  }

  @Test
  void aSiteOfWhichNothingIsKnownIsToldSo() {
    post("/internal/v1/sites/nowhere/log", stack.serviceToken("ingest"), json(question()))
        .statusCode(200)
        .body("position", equalTo(0))
        .body("$", not(hasKey("log")));
  }

  @Test
  void itIsForServicesAlone() {
    var body = json(question());
    given().contentType(ContentType.JSON).body(body).post(PATH).then().statusCode(401);
    post(PATH, stack.personsToken("admin", "*"), body).statusCode(401);
  }

  @Test
  void whatIsNoPartOfALogIsRefused() {
    var token = stack.serviceToken("ingest");
    for (var body : List.of("{", "[]", "null", "7", "{\"log\": \"x\"}")) {
      post(PATH, token, body)
          .statusCode(400)
          .body("type", equalTo("urn:muster:problem:malformed-request"));
    }
    var registrys =
        new OutboxEvent(
            1,
            UUID.randomUUID(),
            "platform/registry/device-disabled/acme/d1",
            1,
            null,
            Map.of(),
            new byte[0],
            Instant.now());
    post(new UplinkBatch(UUID.randomUUID(), 0, null, null, List.of(registrys)))
        .statusCode(422)
        .body("errors.pointer", hasItem("/entries/0/topic"));
    post("/internal/v1/sites/a.b/log", token, json(question())).statusCode(400);
  }

  @Test
  void whatANewerEdgeSaysBesidesIsPassedOver() {
    post(
            "/internal/v1/sites/newer/log",
            stack.serviceToken("ingest"),
            "{\"log\": \"" + UUID.randomUUID() + "\", \"after\": 0, \"colour\": \"blue\"}")
        .statusCode(200);
  }

  @Test
  void aBatchMayBeLargerThanOtherBodies() {
    var large =
        new OutboxEvent(
            1,
            UUID.randomUUID(),
            "shadow/acme/large/update",
            1,
            null,
            Map.of(),
            new byte[2_000_000],
            Instant.now());
    var batch =
        new UplinkBatch(UUID.randomUUID(), 0, null, new Beginning(NOTHING, 0), List.of(large));
    post("/internal/v1/sites/large/log", stack.serviceToken("ingest"), json(batch))
        .statusCode(200)
        .body("position", equalTo(1));
  }
}
