package io.muster.outbox;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.event.EventPage;
import io.muster.contract.message.UserProperties;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OutboxIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  @Test
  void aBatchKeepsItsOrderAndEveryMember() throws Exception {
    var entries = Entries.answers("d1", 0, 300);
    assertEquals(300, append(entries));
    numberAll();

    var page = page(0, 1_000);
    assertEquals(300, page.items().size());
    for (int i = 0; i < 300; i++) {
      var entry = entries.get(i);
      var event = page.items().get(i);
      assertEquals(i + 1, event.sequence());
      assertEquals(entry.id(), event.id());
      assertEquals(entry.topic(), event.topic());
      assertEquals(entry.contentType(), event.contentType());
      assertEquals(entry.userProperties(), event.userProperties());
      assertArrayEquals(entry.payload(), event.payload());
    }
  }

  @Test
  void aRepeatedBatchIsWrittenOnce() {
    var entries = Entries.answers("d1", 0, 3);
    assertEquals(3, append(entries));
    assertEquals(0, append(entries));
    assertEquals(3, DATABASE.number("SELECT count(*) FROM outbox"));
  }

  @Test
  void nothingIsWrittenWhenTheCallersTransactionFails() {
    var failing =
        DATABASE
            .pool()
            .withTransaction(
                transaction ->
                    Outbox.append(transaction, Entries.answers("d1", 0, 3))
                        .flatMap(
                            rows ->
                                Uni.createFrom()
                                    .<Integer>failure(new IllegalStateException("no"))));
    assertThrows(IllegalStateException.class, () -> failing.await().atMost(PATIENCE));
    assertEquals(0, DATABASE.number("SELECT count(*) FROM outbox"));
  }

  @Test
  void anEntryWithoutContentTypePropertiesOrPayloadIsKept() throws Exception {
    append(
        List.of(
            new OutboxEntry(
                UUID.randomUUID(), "presence/acme/d1", 1, null, null, new byte[0], Instant.EPOCH)));
    numberAll();
    var event = page(0, 10).items().getFirst();
    assertEquals(null, event.contentType());
    assertEquals(UserProperties.NONE, event.userProperties());
    assertEquals(0, event.payload().length);
    assertEquals(Instant.EPOCH, event.createdAt());
  }

  @Test
  void userPropertiesWithQuotesAndLineBreaksSurvive() throws Exception {
    var odd = Map.of("a\"b\\", "c\nd\te 'ü€'");
    append(
        List.of(
            new OutboxEntry(
                UUID.randomUUID(), "event/acme/d1", 1, null, odd, new byte[] {0}, Instant.now())));
    numberAll();
    assertEquals(UserProperties.of(odd), page(0, 10).items().getFirst().userProperties());
  }

  @Test
  void theSingleRowStatementWritesTheSame() throws Exception {
    var entry = Entries.answer("d1", "x");
    var values = Outbox.row(entry);
    var sql = Outbox.INSERT_ONE.replace("?", "$");
    var tuple =
        io.vertx.sqlclient.Tuple.of(
            values[0],
            values[1],
            values[2],
            values[3],
            values[4],
            io.vertx.core.buffer.Buffer.buffer((byte[]) values[5]));
    tuple.addValue(((Instant) values[6]).atOffset(java.time.ZoneOffset.UTC));
    DATABASE
        .pool()
        .preparedQuery(sql)
        .execute(io.vertx.mutiny.sqlclient.Tuple.newInstance(tuple))
        .await()
        .atMost(PATIENCE);
    numberAll();
    var event = page(0, 10).items().getFirst();
    assertEquals(entry.id(), event.id());
    assertEquals(entry.userProperties(), event.userProperties());
    assertArrayEquals(entry.payload(), event.payload());
  }

  @Test
  void whatIsNotNumberedYetIsNotInTheLog() {
    append(Entries.answers("d1", 0, 3));
    var page = page(0, 10);
    assertEquals(List.of(), page.items());
    assertEquals(0, page.next());
    assertEquals(1, page.oldest());
  }

  @Test
  void aPageIsBoundedInRowsAndInBytes() throws Exception {
    append(Entries.answers("d1", 0, 5));
    var large = new byte[OutboxLog.MAX_PAGE_BYTES / 2 + 1];
    append(
        IntStream.range(0, 3)
            .mapToObj(
                n ->
                    new OutboxEntry(
                        UUID.randomUUID(), "event/acme/d1", 1, null, null, large, Instant.now()))
            .toList());
    numberAll();
    assertEquals(2, page(0, 2).items().size());
    assertEquals(2, page(0, 2).next());
    assertEquals(1, page(0, -7).items().size());
    var bounded = page(5, 1_000);
    assertEquals(2, bounded.items().size());
    assertEquals(7, bounded.next());
    assertEquals(List.of(8L), page(7, 1_000).items().stream().map(e -> e.sequence()).toList());
    var log = new OutboxLog(DATABASE.pool());
    assertEquals(1, log.page(0, 10, 1).await().atMost(PATIENCE).items().size());
    assertEquals(6, log.page(0, 10, 100).await().atMost(PATIENCE).items().size());
  }

  @Test
  void anEntryIsKnownAgainByTheIdAtItsNumber() throws Exception {
    append(Entries.answers("d1", 0, 2));
    numberAll();
    var log = new OutboxLog(DATABASE.pool());
    var second = page(1, 1).items().getFirst();
    assertEquals(Optional.of(second.id()), log.idAt(2).await().atMost(PATIENCE));
    assertEquals(Optional.empty(), log.idAt(3).await().atMost(PATIENCE));
  }

  @Test
  void theEndOfTheLogIsToldToWhoeverIsBeyondIt() throws Exception {
    append(Entries.answers("d1", 0, 5));
    numberAll();
    assertEquals(5, page(Long.MAX_VALUE, 10).next());
    assertEquals(5, page(5, 10).next());
    assertEquals(5, new OutboxLog(DATABASE.pool()).lastSequence().await().atMost(PATIENCE));
  }

  @Test
  void trimmingTakesOldOnesFromTheFrontAndNeverTheUnpublished() throws Exception {
    append(Entries.answers("d1", 0, 6));
    numberAll();
    DATABASE.run(
        "UPDATE outbox SET settled_at = now() - interval '8 days' WHERE sequence IN (1, 2, 4)");
    DATABASE.run("UPDATE outbox SET settled_at = now() WHERE sequence = 5");
    var log = new OutboxLog(DATABASE.pool());
    assertEquals(2, log.trim(Duration.ofDays(7), 100).await().atMost(PATIENCE));
    assertEquals(3, page(0, 10).oldest());
    assertEquals(0, log.trim(Duration.ofDays(7), 100).await().atMost(PATIENCE));
    DATABASE.run("UPDATE outbox SET settled_at = now() - interval '8 days'");
    assertEquals(3, log.trim(Duration.ofDays(7), 3).await().atMost(PATIENCE));
    assertEquals(1, log.trim(Duration.ofDays(7), 3).await().atMost(PATIENCE));
  }

  @Test
  void numbersGoOnAfterEverythingWasTrimmed() throws Exception {
    append(Entries.answers("d1", 0, 3));
    numberAll();
    DATABASE.run("DELETE FROM outbox");
    assertEquals(4, page(0, 10).oldest());
    append(Entries.answers("d1", 3, 4));
    numberAll();
    assertEquals(4, page(3, 10).items().getFirst().sequence());
  }

  @Test
  void aRowThatCommitsLateGetsALaterNumberAndLeavesNoGap() throws Exception {
    var pool = DATABASE.pool();
    var early = pool.getConnection().await().atMost(PATIENCE);
    var open = early.begin().await().atMost(PATIENCE);
    var first = Entries.answer("d1", "inserted first, committed last");
    Outbox.append(early, List.of(first)).await().atMost(PATIENCE);
    var second = Entries.answer("d2", "inserted last, committed first");
    append(List.of(second));

    numberAll();
    assertEquals(List.of(second.id()), page(0, 10).items().stream().map(e -> e.id()).toList());
    open.commit().await().atMost(PATIENCE);
    early.close().await().atMost(PATIENCE);
    numberAll();

    var page = page(1, 10);
    assertEquals(List.of(first.id()), page.items().stream().map(e -> e.id()).toList());
    assertEquals(2, page.items().getFirst().sequence());
  }

  @Test
  void aReaderMissesNothingWhileWritersCommitInAnyOrder() throws Exception {
    var writers =
        IntStream.range(0, 6)
            .mapToObj(
                writer ->
                    Thread.ofVirtual()
                        .start(
                            () ->
                                IntStream.range(0, 40)
                                    .forEach(n -> slowly(writer, Entries.answers("d", n, n + 5)))))
            .toList();
    var seen = new java.util.ArrayList<Long>();
    var database = new Database(DATABASE.pool(), PATIENCE);
    try (var term = Term.begin(database, () -> {}).orElseThrow()) {
      while (seen.size() < 6 * 40 * 5) {
        // Asked before: what the last of them wrote is numbered then, or missing.
        var writing = writers.stream().anyMatch(Thread::isAlive);
        assertTrue(term.number(37) > 0 || writing, () -> "nothing after " + seen.size());
        page(seen.isEmpty() ? 0 : seen.getLast(), 100).items().forEach(e -> seen.add(e.sequence()));
      }
    }
    assertEquals(IntStream.rangeClosed(1, 1_200).mapToObj(n -> (long) n).toList(), seen);
  }

  private static void slowly(int writer, List<OutboxEntry> entries) {
    DATABASE
        .pool()
        .withTransaction(
            transaction ->
                Outbox.append(transaction, entries)
                    .flatMap(
                        rows ->
                            transaction
                                .query("SELECT pg_sleep(" + writer * 0.003 + ")")
                                .execute()
                                .replaceWith(rows)))
        .await()
        .atMost(PATIENCE);
  }

  private static int append(List<OutboxEntry> entries) {
    return DATABASE
        .pool()
        .withTransaction(transaction -> Outbox.append(transaction, entries))
        .await()
        .atMost(PATIENCE);
  }

  private static void numberAll() throws InterruptedException {
    var term = Term.begin(new Database(DATABASE.pool(), PATIENCE), () -> {}).orElseThrow();
    try {
      while (term.number(100) > 0) {
        assertTrue(!term.isOver());
      }
    } finally {
      term.close();
      term.ended().await().atMost(PATIENCE);
    }
  }

  private static EventPage page(long after, int limit) {
    return new OutboxLog(DATABASE.pool()).page(after, limit).await().atMost(PATIENCE);
  }
}
