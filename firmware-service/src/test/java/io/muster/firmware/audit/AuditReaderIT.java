package io.muster.firmware.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.TenantId;
import io.muster.firmware.FirmwareDatabase;
import io.muster.firmware.PlainParts;
import io.muster.firmware.SetClock;
import io.muster.rest.audit.AuditItem;
import io.muster.rest.audit.AuditQuestion;
import io.muster.rest.audit.AuditReader;
import io.muster.rest.audit.Author;
import io.muster.rest.paging.Page;
import io.muster.rest.problem.RefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the audit finds, and how long it keeps it. */
class AuditReaderIT {
  @RegisterExtension static final FirmwareDatabase DATABASE = new FirmwareDatabase();

  private static final Optional<TenantId> ACME = Optional.of(new TenantId("acme"));

  @TempDir Path folder;
  private final SetClock clock = new SetClock();
  private PlainParts parts;

  @BeforeEach
  void wire() throws Exception {
    parts = new PlainParts(DATABASE, folder, clock);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  @Test
  void theLatestIsFirst() {
    write("pat", "artifact-created", "acme", "artifacts/1");
    write("kim", "artifact-deleted", "acme", "artifacts/1");
    write("kim", "artifact-created", "other", "artifacts/2");
    var found = read(ACME, null, null, null);
    assertEquals(List.of("artifact-deleted", "artifact-created"), actions(found));
    var last = found.getFirst();
    assertEquals("kim", last.actor());
    assertEquals("10.0.0.1", last.address());
    assertEquals("artifacts/1", last.subject());
    assertEquals(clock.instant(), last.at());
    assertEquals(3, read(Optional.empty(), null, null, null).size());
  }

  @Test
  void itIsNarrowedDown() {
    for (var device : List.of("a", "a-b", "b")) {
      write("pat", "target-token-created", "acme", "devices/" + device + "/target-tokens/1");
    }
    write("kim", "device-assigned", "acme", "devices/a");
    assertEquals(
        List.of("device-assigned", "target-token-created"),
        actions(read(ACME, "devices/a", null, null)));
    assertEquals(1, read(ACME, "devices/a/target-tokens/1", null, null).size());
    assertEquals(0, read(ACME, "devices/%", null, null).size());
    assertEquals(3, read(ACME, null, "pat", null).size());
    assertEquals(1, read(ACME, null, null, "device-assigned").size());
    assertEquals(0, read(ACME, null, "kim", "target-token-created").size());
  }

  @Test
  void itIsReadFromOneTimeToAnother() {
    var begin = clock.instant().atOffset(ZoneOffset.UTC);
    write("pat", "one", "acme", "");
    clock.advance(Duration.ofHours(1));
    write("pat", "two", "acme", "");
    var hour = begin.plusHours(1);
    assertEquals(List.of("one"), actions(between(null, hour)));
    assertEquals(List.of("two"), actions(between(hour, null)));
    assertEquals(List.of("two", "one"), actions(between(begin, hour.plusSeconds(1))));
    assertNull(between(hour, null).getFirst().subject());
  }

  private List<AuditItem> between(OffsetDateTime from, OffsetDateTime to) {
    return page(new AuditQuestion(null, null, null, text(from), text(to), null, 100)).items();
  }

  private static String text(OffsetDateTime time) {
    return time == null ? null : time.toString();
  }

  @Test
  void itIsPaged() {
    for (var i = 0; i < 7; i++) {
      write("pat", "did-" + i, "acme", "things/" + i);
    }
    List<AuditItem> paged = new ArrayList<>();
    String next = null;
    do {
      var page = page(new AuditQuestion(null, null, null, null, null, next, 3));
      paged.addAll(page.items());
      next = page.next();
    } while (next != null);
    assertEquals(read(ACME, null, null, null), paged);
    assertEquals(7, paged.size());
    assertThrows(
        RefusedException.class,
        () -> page(new AuditQuestion(null, null, null, null, null, "x", 3)));
  }

  @Test
  void whatIsPastItsAgeGoesWithWhatIsWritten() {
    for (var i = 0; i < 30; i++) {
      DATABASE.run(
          "INSERT INTO audit (at, tenant, actor, action, subject)"
              + " VALUES ('2020-01-01', 'acme', 'nobody', 'tested', '')");
    }
    write("pat", "one", "acme", "");
    assertEquals(11, DATABASE.number("SELECT count(*) FROM audit"));
    write("pat", "two", "acme", "");
    assertEquals(2, DATABASE.number("SELECT count(*) FROM audit"));
  }

  @Test
  void whatIsNotOldIsNotLocked() {
    write("pat", "one", "acme", "");
    write("pat", "two", "acme", "");
    assertEquals(2, DATABASE.number("SELECT count(*) FROM audit WHERE xmax::text = '0'"));
  }

  private void write(String actor, String action, String tenant, String subject) {
    parts.changes.audited(
        new Author(actor, "10.0.0.1"),
        _ -> new AuditEntry(action, tenant, subject),
        _ -> DeviceAddress.of("acme", "lamp-1"));
  }

  private List<AuditItem> read(
      Optional<TenantId> tenant, String subject, String actor, String action) {
    var question = new AuditQuestion(subject, actor, action, null, null, null, 100);
    return page(tenant, question).items();
  }

  private Page<AuditItem> page(AuditQuestion question) {
    return page(ACME, question);
  }

  private Page<AuditItem> page(Optional<TenantId> tenant, AuditQuestion question) {
    return parts.database.use(db -> db.await(it -> AuditReader.read(it, tenant, question)));
  }

  private static List<String> actions(List<AuditItem> items) {
    return items.stream().map(AuditItem::action).toList();
  }
}
