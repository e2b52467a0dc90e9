package io.muster.registry.database;

import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.localstack.postgres.LocalPostgres;
import io.muster.registry.Api;
import io.muster.registry.RegistryTest;
import io.muster.registry.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A database that keeps its connections open and says nothing. */
@RegistryTest
class HangingDatabaseIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  Tokens tokens;
  LocalPostgres postgres;

  @Test
  void makesTheServiceNotReadyWithAReasonUntilItAnswersAgain() throws Exception {
    var admin = Api.as(tokens.admin());
    var tenant = admin.tenant();
    signal("-STOP");
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  Api.as(null)
                      .get("/q/health/ready")
                      .then()
                      .statusCode(503)
                      .body(containsString("no answer within")));
      assertEquals(200, Api.as(null).get("/q/health/live").statusCode());
    } finally {
      signal("-CONT");
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> Api.as(null).get("/q/health/ready").statusCode() == 200);
    assertEquals(200, admin.get("/api/v1/tenants/" + tenant).statusCode());
  }

  private void signal(String signal) throws Exception {
    var server = ProcessHandle.of(postgres.pid()).orElseThrow();
    // Whoever is stopped makes no others, which would go on.
    assertEquals(0, signal(signal, Stream.of(server)));
    // One of these may have ended by itself meanwhile.
    signal(signal, server.descendants());
  }

  private static int signal(String signal, Stream<ProcessHandle> processes) throws Exception {
    // The shell's own: a small machine has no other.
    var command = new ArrayList<>(List.of("sh", "-c", "kill \"$@\"", "sh", signal));
    processes.forEach(process -> command.add(Long.toString(process.pid())));
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
