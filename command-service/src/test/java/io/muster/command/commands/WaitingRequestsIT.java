package io.muster.command.commands;

import static io.muster.command.Api.commands;
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
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
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

  /** Looking at a command needs the table of jobs, sending one to a device that is away does not. */
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
