package io.muster.firmware.targets;

import io.muster.contract.id.DeviceAddress;
import io.muster.firmware.audit.AuditEntry;
import io.muster.firmware.audit.Changes;
import io.muster.firmware.database.Database;
import io.muster.firmware.database.Sql;
import io.muster.firmware.problem.ConflictKind;
import io.muster.outbox.EventIds;
import io.muster.rest.audit.Author;
import io.muster.rest.idempotency.IdempotencyKey;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The target tokens of devices: several at a time, so that they rotate. Waits; thread-safe. */
@ApplicationScoped
public class TargetTokens {
  private static final String COLUMNS =
      "id, sha256, not_before, not_after, created_at, created_by, first_used_at";

  private final Targets targets;
  private final Database database;
  private final Changes changes;
  private final TokenRequests requests;
  private final TargetConfig config;
  private final Clock clock;
  private final EventIds ids;
  private final SecureRandom random = new SecureRandom();

  TargetTokens(
      Targets targets,
      Database database,
      Changes changes,
      TokenRequests requests,
      TargetConfig config,
      Clock clock) {
    this.targets = targets;
    this.database = database;
    this.changes = changes;
    this.requests = requests;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /**
   * Whether it shows one of the device's tokens that holds now. One without any token is nobody
   * here: the registry is not asked about it.
   *
   * @param text what it shows
   */
  public Holder holder(DeviceAddress device, String text) {
    if (!TargetToken.isOne(text)) {
      return new Holder.Nobody();
    }
    var found =
        database.use(db -> TargetTable.find(db, device).filter(it -> holds(db, it.target(), text)));
    if (found.isEmpty()) {
      return new Holder.Nobody();
    }
    var enabled = found.get().isKnown() ? found.get().enabled() : targets.enabled(device);
    return enabled.<Holder>map(Holder.Of::new).orElseGet(Holder.KeptOut::new);
  }

  private boolean holds(Sql db, Target target, String text) {
    var shown = TargetToken.sha256(text);
    var now = clock.instant();
    Row found = null;
    for (var token : rows(db, target)) {
      // Not left early, so that the time tells nothing about which one matched.
      found =
          MessageDigest.isEqual(Sql.bytes(token, "sha256"), shown) && isNow(token, now)
              ? token
              : found;
    }
    if (found != null && Sql.instant(found, "first_used_at") == null) {
      db.change(
          "UPDATE target_token SET first_used_at = $2 WHERE id = $1 AND first_used_at IS NULL",
          found.getUUID("id"),
          now);
    }
    return found != null;
  }

  /** Makes one, whose text is shown this once, or takes over one that the device has. */
  TargetTokenView make(
      DeviceAddress device, TargetTokenBody body, Optional<IdempotencyKey> key, Author by) {
    if (body.notBefore() != null
        && body.notAfter() != null
        && !body.notAfter().isAfter(body.notBefore())) {
      throw new Refusal.Meaningless(
              List.of(FieldError.at("/notAfter", "must be later than notBefore")))
          .asException();
    }
    var isOurs = body.token() == null;
    var token = isOurs ? TargetToken.draw(random) : given(body.token());
    var target = targets.existing(device);
    var asked =
        key.map(
            it ->
                new TokenRequests.Asked(
                    device.tenant(), "devices/" + device.device(), it, fingerprint(body)));
    if (!isOurs) {
      var taken = asked.flatMap(it -> database.use(db -> takenBefore(db, target, it)));
      if (taken.isPresent()) {
        return taken.get();
      }
    }
    var id = ids.next();
    var now = clock.instant();
    changes.audited(
        by,
        _ ->
            AuditEntry.ofDevice(
                isOurs ? "target-token-created" : "target-token-imported",
                device,
                "/target-tokens/" + id),
        db -> {
          TargetTable.lock(db, target.key());
          asked
              .flatMap(it -> requests.earlier(db, it))
              .ifPresent(it -> withdrawUnused(db, target, it));
          if (rows(db, target).size() >= config.tokensPerDevice()) {
            throw new Refusal.LimitReached("target tokens of the device", config.tokensPerDevice())
                .asException();
          }
          requireNew(db, target, token);
          asked.ifPresent(it -> requests.remember(db, it, token.sha256()));
          return db.change(
              "INSERT INTO target_token (id, target_key, sha256, not_before, not_after, created_at,"
                  + " created_by) VALUES ($1, $2, $3, $4, $5, $6, $7)",
              id,
              target.key(),
              token.sha256(),
              body.notBefore(),
              body.notAfter(),
              now,
              by.subject());
        });
    return new TargetTokenView(
        id, isOurs ? token.text() : null, body.notBefore(), body.notAfter(), now, by.subject());
  }

  /**
   * The token that the same request took over. Its device most likely shows it already, and nothing
   * of it is secret to whoever asks, so that the answer can be had again.
   */
  private Optional<TargetTokenView> takenBefore(Sql db, Target target, TokenRequests.Asked asked) {
    return requests
        .earlier(db, asked)
        .flatMap(
            sha256 ->
                rows(db, target).stream()
                    .filter(row -> MessageDigest.isEqual(Sql.bytes(row, "sha256"), sha256))
                    .findFirst())
        .map(TargetTokens::view);
  }

  private static TargetToken given(String text) {
    if (!TargetToken.isOne(text)) {
      throw wrong("must be 32 digits of 0-9 and a-f");
    }
    if (!TargetToken.looksRandom(text)) {
      throw wrong("is not drawn at random, and could be guessed");
    }
    return new TargetToken(text);
  }

  private static RuntimeException wrong(String why) {
    return new Refusal.Meaningless(List.of(FieldError.at("/token", why))).asException();
  }

  private static void requireNew(Sql db, Target target, TargetToken token) {
    var known =
        db.first(
            "SELECT 1 FROM target_token WHERE target_key = $1 AND sha256 = $2",
            target.key(),
            token.sha256());
    if (known.isPresent()) {
      throw new Refusal.Conflict(ConflictKind.NAME_TAKEN, "The device has this token already.")
          .asException();
    }
  }

  private static void withdrawUnused(Sql db, Target target, byte[] sha256) {
    var gone =
        db.change(
            "DELETE FROM target_token"
                + " WHERE target_key = $1 AND sha256 = $2 AND first_used_at IS NULL",
            target.key(),
            sha256);
    if (gone == 0) {
      throw TokenRequests.used();
    }
  }

  private static byte[] fingerprint(TargetTokenBody body) {
    return TargetToken.sha256(body.notBefore() + " " + body.notAfter() + " " + body.token());
  }

  List<TargetTokenView> list(DeviceAddress device) {
    var target = targets.existing(device);
    return database.use(db -> rows(db, target)).stream().map(TargetTokens::view).toList();
  }

  void delete(DeviceAddress device, UUID id, Author by) {
    var target = targets.existing(device);
    changes.audited(
        by,
        _ -> AuditEntry.ofDevice("target-token-deleted", device, "/target-tokens/" + id),
        db -> {
          var gone =
              db.change(
                  "DELETE FROM target_token WHERE target_key = $1 AND id = $2", target.key(), id);
          if (gone == 0) {
            throw new Refusal.Absent("The device has no such token.").asException();
          }
          return gone;
        });
  }

  private static List<Row> rows(Sql db, Target target) {
    return db.rows(
        "SELECT " + COLUMNS + " FROM target_token WHERE target_key = $1 ORDER BY created_at, id",
        target.key());
  }

  private static boolean isNow(Row row, Instant now) {
    var begins = Sql.instant(row, "not_before");
    var ends = Sql.instant(row, "not_after");
    return (begins == null || !now.isBefore(begins)) && (ends == null || now.isBefore(ends));
  }

  private static TargetTokenView view(Row row) {
    return new TargetTokenView(
        row.getUUID("id"),
        null,
        Sql.instant(row, "not_before"),
        Sql.instant(row, "not_after"),
        Sql.instant(row, "created_at"),
        row.getString("created_by"));
  }
}
