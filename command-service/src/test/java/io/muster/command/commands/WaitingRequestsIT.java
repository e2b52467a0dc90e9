package io.muster.command.commands;

import static io.muster.command.Api.commands;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.command.Api;
import io.muster.command.CommandStack;
import io.muster.command.ServiceTest;
import io.muster.contract.id.DeviceAddress;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request that sends a command is answered: after its wait, without one, and in trouble. */
@ServiceTest
class WaitingRequestsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Map<String, Object> SET =
      Map.of("name", "set", "payload", Map.of("celsius", 21.5), "responseTimeout", "PT5S");

  @Inject Pool pool;
  CommandStack stack;
  private Api api;
  private DeviceAddress device;

  @BeforeEach
  void makeADevice() {
    device = DeviceAddress.of(Api.freshTenant(), "d1");
    stack.registry().add(device);
    api = Api.as(stack.person("operator", device.tenant().value()));
  }

  @Test
  void asManyWaitAsMayAndAnotherIsAnsweredAtOnceAndNotToldThatItWaited() throws Exception {
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Response>> waiting = new ArrayList<>();
      for (var i = 0; i < CommandStack.WAITING_REQUESTS; i++) {
        waiting.add(clients.submit(() -> send("wait=60")));
      }
      await().atMost(PATIENCE).until(() -> queued().size() == CommandStack.WAITING_REQUESTS);
      var atOnce = send("wait=60");
      atOnce
          .then()
          .statusCode(201)
          .header("Preference-Applied", nullValue())
          .body("state", equalTo("queued"));
      queued().forEach(id -> api.cancel(device, id).then().statusCode(200));
      for (var one : waiting) {
        one.get()
            .then()
            .statusCode(201)
            .header("Preference-Applied", equalTo("wait=60"))
            .body("state", equalTo("cancelled"));
      }
    }
  }

  /**
   * Looking at a command needs the table of jobs, sending one to a device that is away does not.
   */
  @ParameterizedTest
  @ValueSource(strings = {"respond-async", "wait=0"})
  void whatIsSentIsAnsweredWithItsIdAlsoWhenNobodyCanLookAtIt(String preference) {
    run("ALTER TABLE job RENAME TO job_away");
    Response sent;
    try {
      sent = send(preference);
    } finally {
      run("ALTER TABLE job_away RENAME TO job");
    }
    sent.then().statusCode(201);
    var read = api.read(device, sent.path("id"));
    read.then().statusCode(200);
    assertEquals(read.jsonPath().getMap("$"), sent.jsonPath().getMap("$"));
  }

  private List<String> queued() {
    return api.get(commands(device) + "?state=queued").path("items.id");
  }

  private Response send(String preference) {
    return api.request()
        .contentType(ContentType.JSON)
        .header("Prefer", preference)
        .body(SET)
        .post(commands(device));
  }

  private void run(String sql) {
    pool.query(sql).execute().await().atMost(PATIENCE);
  }
}
