package io.muster.command.commands;

import static io.muster.command.HandWired.bean;
import static io.muster.command.HandWired.config;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.command.CommandDatabase;
import io.muster.command.database.Database;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.rest.paging.Cursor;
import io.muster.rest.paging.Page;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Lists of commands that have long payloads and answers. */
class LongListsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final TenantId ACME = new TenantId("acme");
  private static final int MOST = 1_000;

  @RegisterExtension static final CommandDatabase DATABASE = new CommandDatabase();

  private CommandReader reader;

  @BeforeEach
  void start() throws ClassNotFoundException {
    // What is slow here is the machine.
    var patient = Map.of("muster.command.database.transaction-timeout", "60s");
    var settings = config(Class.forName("io.muster.command.database.PoolConfig"), patient);
    reader = new CommandReader(bean(Database.class, DATABASE.pool(), settings));
    DATABASE.run(
        "INSERT INTO device_queue (key, tenant, device, known)"
            + " VALUES (1, 'acme', 'd1', true), (2, 'another', 'd1', true)");
  }

  @Test
  void comeInPagesThatFitIntoMemory() {
    // 10 MiB in all, half of it in the answers.
    insert(1, "acme", 80, 65_536);
    insert(2, "another", 3, 1);
    List<Integer> sizes = new ArrayList<>();
    List<UUID> seen = new ArrayList<>();
    String next = null;
    do {
      var page = list(next, MOST);
      sizes.add(page.items().size());
      page.items().forEach(it -> seen.add(it.id()));
      next = page.next();
    } while (next != null);
    assertEquals(List.of(16, 16, 16, 16, 16), sizes);
    assertEquals(80, new HashSet<>(seen).size());
  }

  @Test
  void haveAtLeastOneHoweverLongItIs() {
    insert(1, "acme", 2, 4 * 1024 * 1024);
    var first = list(null, MOST);
    assertEquals(1, first.items().size());
    var second = list(first.next(), MOST);
    assertEquals(1, second.items().size());
    assertNull(second.next());
  }

  @Test
  void haveAsManyAsWereAskedForWhenTheyAreShort() {
    insert(1, "acme", 25, 10);
    var some = list(null, 10);
    assertEquals(10, some.items().size());
    assertNotNull(some.next());
    var all = list(null, 25);
    assertEquals(25, all.items().size());
    assertNull(all.next());
    assertEquals(25, list(null, MOST).items().size());
  }

  private Page<CommandView> list(String cursor, int limit) {
    var question =
        new CommandReader.Question(
            Optional.of(DeviceAddress.of("acme", "d1")), Optional.empty(), Optional.empty());
    return reader.list(ACME, question, Cursor.read(cursor), limit).await().atMost(PATIENCE);
  }

  private static void insert(int queue, String tenant, int count, int bytes) {
    DATABASE.run(
        """
        INSERT INTO command (id, queue_key, tenant, name, content_type, payload, created_at,
                             created_by, one_way, qos, expires_at, response_timeout_ms, retries,
                             min_backoff_ms, max_backoff_ms, state, since, next_attempt_at, steps,
                             answer_status, answer_payload, answered_at)
        SELECT gen_random_uuid(), %d, '%s', 'x', 'text/plain',
               convert_to(repeat('a', %d), 'UTF8'), now(), 'pat', false, 1, now(), 1, 0, 1, 1,
               'succeeded', now(), now(), '[]', 200, convert_to(repeat('b', %d), 'UTF8'), now()
          FROM generate_series(1, %d)\
        """
            .formatted(queue, tenant, bytes, bytes, count));
  }
}
