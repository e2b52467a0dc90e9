package io.muster.command.queue;

import static io.muster.command.HandWired.bean;
import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.command.CommandDatabase;
import io.muster.command.HandWired;
import io.muster.command.database.Database;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Commands that ended long ago, some at a time. */
class ForgottenCommandsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ALL = 200;
  private static final int SOME = 10;

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private Queues queues;

  @BeforeEach
  void makeCommands() throws ClassNotFoundException {
    // What is slow here is the machine.
    var patient = Map.of("muster.command.database.transaction-timeout", "60s");
    var settings = config(Class.forName("io.muster.command.database.PoolConfig"), patient);
    var database = bean(Database.class, DATABASE.pool(), settings);
    queues = bean(Queues.class, database, Clock.systemUTC(), HandWired.event(written -> {}));
    DATABASE.run(
        "INSERT INTO device_queue (key, tenant, device, known) VALUES (1, 't', 'd', true)");
    DATABASE.run(
        """
        INSERT INTO command (id, queue_key, tenant, name, payload, created_at, created_by, one_way,
                             qos, expires_at, response_timeout_ms, retries, min_backoff_ms,
                             max_backoff_ms, state, since, next_attempt_at, steps, finished_at)
        SELECT gen_random_uuid(), 1, 't', 'x', '', now(), 'pat', false, 1, now(), 1, 0, 1, 1,
               'expired', now(), now(), '[]', now() - interval '2 hours'
          FROM generate_series(1, %d)\
        """
            .formatted(ALL));
  }

  @Test
  void areAsManyAsWereAskedForUntilNoneIsLeft() {
    for (var i = 0; i < ALL / SOME; i++) {
      assertEquals(SOME, forget());
    }
    assertEquals(0, forget());
  }

  @Test
  void areForgottenOnceByManyAtATime() throws Exception {
    List<Future<Integer>> answers = new ArrayList<>();
    try (var instances = Executors.newFixedThreadPool(8)) {
      for (var i = 0; i < 2 * ALL / SOME; i++) {
        answers.add(instances.submit(this::forget));
      }
    }
    var forgotten = 0;
    for (var answer : answers) {
      assertTrue(answer.get() <= SOME, "more than were asked for: " + answer.get());
      forgotten += answer.get();
    }
    assertEquals(ALL, forgotten + DATABASE.number("SELECT count(*) FROM command"));
  }

  private int forget() {
    return queues.forgetFinished(Duration.ofHours(1), SOME).await().atMost(PATIENCE);
  }
}
