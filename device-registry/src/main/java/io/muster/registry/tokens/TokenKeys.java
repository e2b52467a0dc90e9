package io.muster.registry.tokens;

import io.muster.registry.audit.AuditBatch;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * The keys that sign devices' tokens, all instances' the same. They are made and replaced when
 * somebody needs them, under a lock in the database. Kept for a minute; an unknown one is looked
 * for at most once a second, whoever shows it. Whether one was withdrawn the database is asked at
 * each use. Thread-safe.
 */
@ApplicationScoped
public class TokenKeys {
  private static final Duration KEPT = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final TokenKeyTable table;
  private final TokenSettings settings;
  private final AuditBatch audit;
  private final Clock clock;
  private volatile Kept kept = new Kept(KeyRing.EMPTY, Instant.EPOCH);

  private record Kept(KeyRing ring, Instant readAt) {}

  TokenKeys(TokenKeyTable table, TokenSettings settings, AuditBatch audit, Clock clock) {
    this.table = table;
    this.settings = settings;
    this.audit = audit;
    this.clock = clock;
  }

  /** The public half of one that may still be believed. */
  public Uni<Optional<PublicKey>> find(UUID id) {
    return ring(ring -> ring.find(id, clock.instant()).isPresent(), KEPT, PAUSE)
        .map(ring -> ring.find(id, clock.instant()).map(TokenKey::publicKey))
        .chain(
            found -> found.isEmpty() ? Uni.createFrom().item(found) : unlessWithdrawn(id, found));
  }

  private <T> Uni<Optional<T>> unlessWithdrawn(UUID id, Optional<T> found) {
    return table.holds(id).map(holds -> holds ? found : Optional.empty());
  }

  /** The one that signs now. */
  Uni<TokenKey> signing() {
    return signing(KEPT)
        .chain(
            key ->
                table
                    .holds(key.id())
                    .chain(holds -> holds ? Uni.createFrom().item(key) : signing(Duration.ZERO)));
  }

  private Uni<TokenKey> signing(Duration kept) {
    return whole(kept).map(ring -> ring.signing(clock.instant()).orElseThrow());
  }

  /** Those that others need in order to verify, the next one among them. */
  Uni<List<TokenKey>> published() {
    return whole(PAUSE).map(ring -> ring.published(clock.instant()));
  }

  /** Makes the next one ahead of time; it signs once it was published long enough. */
  Uni<TokenKey> rotate() {
    var begin = clock.instant().plus(settings.keyAnnouncedFor());
    var next = TokenKey.generate(begin, settings);
    var author = audit.author();
    return table
        .complete(
            _ -> Optional.of(next),
            transaction ->
                audit.writeOfPlatform(
                    transaction, author, "device-token-key-created", "device-tokens/" + next.id()))
        .invoke(this::keep)
        .replaceWith(next);
  }

  /** With a key that signs, and the next one when it is time for it. */
  private Uni<KeyRing> whole(Duration kept) {
    return ring(it -> missing(it).isEmpty(), kept, Duration.ZERO)
        .chain(
            ring ->
                missing(ring).isEmpty()
                    ? Uni.createFrom().item(ring)
                    : table
                        .complete(
                            it -> missing(it).map(begin -> TokenKey.generate(begin, settings)))
                        .invoke(this::keep));
  }

  private Optional<Instant> missing(KeyRing ring) {
    return ring.nextBegin(clock.instant(), settings.keyAnnouncedFor());
  }

  /**
   * @param suffices whether what is kept serves
   * @param mostAge how old it may be then
   * @param pause how old it has to be before the database is asked because it does not
   */
  private Uni<KeyRing> ring(Predicate<KeyRing> suffices, Duration mostAge, Duration pause) {
    var known = kept;
    var age = Duration.between(known.readAt(), clock.instant());
    var serves = age.compareTo(suffices.test(known.ring()) ? mostAge : pause) < 0;
    return serves ? Uni.createFrom().item(known.ring()) : table.read().invoke(this::keep);
  }

  /** What is kept is not to be used any more. */
  void forget() {
    kept = new Kept(KeyRing.EMPTY, Instant.EPOCH);
  }

  private void keep(KeyRing ring) {
    kept = new Kept(ring, clock.instant());
  }
}
