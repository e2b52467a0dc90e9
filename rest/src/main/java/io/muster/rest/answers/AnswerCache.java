package io.muster.rest.answers;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Remembers answers of the registry within bounds of number and age, asks once for those who want
 * the same at the same time, and serves an older answer while the registry is away. Thread-safe.
 *
 * @param <K> never holds a secret
 */
public final class AnswerCache<K, V> {
  /** An answer that was withdrawn while it was on its way is asked for again, but not for ever. */
  private static final int MAX_ASKED = 3;

  private final Settings<V> settings;
  private final Clock clock;
  private final Ticker ticker;
  private final BiPredicate<V, Long> holds;
  private final Cache<K, Remembered<V>> remembered;
  private final ConcurrentMap<K, Uni<V>> underWay = new ConcurrentHashMap<>();
  private final Uses uses;

  /**
   * @param kind for metrics
   * @param maximum entries
   * @param freshFor per answer
   * @param usableFor per answer, while the registry is away
   * @param validUntil the credential's end, or null
   * @param lasts whether the answer changes by nothing but time and what the registry's log tells
   * @param recheckAfter with the registry away
   */
  public record Settings<V>(
      String kind,
      int maximum,
      Function<V, Duration> freshFor,
      Function<V, Duration> usableFor,
      Function<V, Instant> validUntil,
      Predicate<V> lasts,
      Duration recheckAfter) {}

  /** What is to be counted. Thread-safe. */
  public interface Uses {
    /** A remembered answer was used. */
    void cacheHit(String kind);

    /** One was used because nobody else can tell. */
    void staleAnswer(String kind);
  }

  /** An answer was withdrawn each time while it was on its way. */
  public static final class UnsettledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsettledException() {
      super("withdrawn time and again", null, false, false);
    }
  }

  /**
   * @param holds whether an answer that was asked for at that time has not been withdrawn since
   */
  public AnswerCache(
      Settings<V> settings, Clock clock, Ticker ticker, BiPredicate<V, Long> holds, Uses uses) {
    this.settings = settings;
    this.clock = clock;
    this.ticker = ticker;
    this.holds = holds;
    this.uses = uses;
    this.remembered = Caffeine.newBuilder().maximumSize(settings.maximum()).ticker(ticker).build();
  }

  /** What is known without asking. */
  public Optional<V> fresh(K key) {
    var known = remembered.getIfPresent(key);
    if (known == null
        || !holds.test(known.value(), known.askedAtNanos())
        || !known.isFresh(ticker.read(), clock.instant())) {
      return Optional.empty();
    }
    return Optional.of(known.value());
  }

  /**
   * What is known, or what the registry says.
   *
   * @return fails as {@code ask} does when nothing usable is known, and with {@link
   *     UnsettledException}
   */
  public Uni<V> get(K key, Supplier<Uni<V>> ask) {
    var known = fresh(key);
    if (known.isPresent()) {
      uses.cacheHit(settings.kind());
      return Uni.createFrom().item(known.get());
    }
    return underWay.computeIfAbsent(
        key,
        one ->
            asked(one, ask, 1)
                .onFailure()
                .recoverWithUni(away -> usable(one, away))
                .onTermination()
                .invoke(() -> underWay.remove(one))
                .memoize()
                .indefinitely());
  }

  private Uni<V> asked(K key, Supplier<Uni<V>> ask, int time) {
    return Uni.createFrom()
        .deferred(
            () -> {
              var askedAt = ticker.read();
              return ask.get()
                  .flatMap(
                      value -> {
                        if (holds.test(value, askedAt)) {
                          remember(key, value, askedAt);
                          return Uni.createFrom().item(value);
                        }
                        return time < MAX_ASKED
                            ? asked(key, ask, time + 1)
                            : Uni.createFrom().failure(new UnsettledException());
                      });
            });
  }

  private void remember(K key, V value, long askedAt) {
    var freshFor = settings.freshFor().apply(value);
    var usableFor = settings.usableFor().apply(value);
    if (usableFor.isZero()) {
      remembered.invalidate(key);
      return;
    }
    remembered.put(
        key,
        new Remembered<>(
            value,
            askedAt,
            askedAt + freshFor.toNanos(),
            askedAt + usableFor.toNanos(),
            settings.validUntil().apply(value)));
  }

  private Uni<V> usable(K key, Throwable away) {
    var known = remembered.getIfPresent(key);
    var now = ticker.read();
    if (known == null
        || !holds.test(known.value(), known.askedAtNanos())
        || !known.isUsable(now, clock.instant())) {
      return Uni.createFrom().failure(away);
    }
    uses.staleAnswer(settings.kind());
    remembered
        .asMap()
        .replace(key, known, known.freshUntil(now + settings.recheckAfter().toNanos()));
    return Uni.createFrom().item(known.value());
  }

  /**
   * The registry's log was read to its end: what has not been withdrawn is as good as if it had
   * been asked for when that reading began. So a device that has been connected for days gets back
   * in when the registry goes away. What nobody may use any more is forgotten.
   *
   * @param asOfNanos by the ticker, before the log was asked
   */
  public void confirm(long asOfNanos) {
    var now = clock.instant();
    for (var entry : remembered.asMap().entrySet()) {
      var known = entry.getValue();
      // Beyond its time it may have been withdrawn by a word that is forgotten already.
      if (!known.isUsable(asOfNanos, now) || !holds.test(known.value(), known.askedAtNanos())) {
        remembered.asMap().remove(entry.getKey(), known);
      } else if (known.askedAtNanos() < asOfNanos && settings.lasts().test(known.value())) {
        var usableUntil = asOfNanos + settings.usableFor().apply(known.value()).toNanos();
        remembered.asMap().replace(entry.getKey(), known, known.confirmed(asOfNanos, usableUntil));
      }
    }
  }

  /** How many are remembered. */
  public long size() {
    remembered.cleanUp();
    return remembered.estimatedSize();
  }
}
