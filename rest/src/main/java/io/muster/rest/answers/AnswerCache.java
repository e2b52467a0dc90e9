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
  /** An answer of which there was word while it was on its way is asked for again, not for ever. */
  private static final int MAX_ASKED = 3;

  private final Settings<V> settings;
  private final Clock clock;
  private final Ticker ticker;
  private final Words<V> words;
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

  /** What the registry's log has told since an answer. Times are the ticker's. */
  public interface Words<V> {
    /** Whether nothing by which the answer could be another one now. */
    boolean areSilent(V value, long askedAtNanos);

    /** Whether nothing that takes back what the answer gave: it serves if nobody can be asked. */
    boolean allow(V value, long asOfNanos);

    /** The answer with what was told of its contents. */
    V amend(V value, long askedAtNanos);
  }

  /** What is to be counted. Thread-safe. */
  public interface Uses {
    /** A remembered answer was used. */
    void cacheHit(String kind);

    /** One was used because nobody else can tell. */
    void staleAnswer(String kind);
  }

  /** There was word of an answer each time while it was on its way. */
  public static final class UnsettledException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsettledException() {
      super("contradicted time and again", null, false, false);
    }
  }

  public AnswerCache(Settings<V> settings, Clock clock, Ticker ticker, Words<V> words, Uses uses) {
    this.settings = settings;
    this.clock = clock;
    this.ticker = ticker;
    this.words = words;
    this.uses = uses;
    this.remembered = Caffeine.newBuilder().maximumSize(settings.maximum()).ticker(ticker).build();
  }

  /** What is known without asking. */
  public Optional<V> fresh(K key) {
    var known = remembered.getIfPresent(key);
    if (known == null
        || !words.areSilent(known.value(), known.askedAtNanos())
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
                  .onItemOrFailure()
                  .transformToUni(
                      (value, away) ->
                          away == null
                              ? answered(key, ask, time, value, askedAt)
                              : usable(key, away, askedAt));
            });
  }

  private Uni<V> answered(K key, Supplier<Uni<V>> ask, int time, V value, long askedAt) {
    // Also when there was word of it meanwhile: it is later than what was remembered, and is what
    // serves, or does not, when nobody can be asked again.
    remember(key, value, askedAt);
    if (words.areSilent(value, askedAt)) {
      return Uni.createFrom().item(value);
    }
    return time < MAX_ASKED
        ? asked(key, ask, time + 1)
        : Uni.createFrom().failure(new UnsettledException());
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
            askedAt,
            askedAt + freshFor.toNanos(),
            askedAt + usableFor.toNanos(),
            settings.validUntil().apply(value)));
  }

  private Uni<V> usable(K key, Throwable away, long askedAt) {
    var known = remembered.getIfPresent(key);
    var now = ticker.read();
    if (known == null || !allows(known) || !known.isUsable(now, clock.instant())) {
      return Uni.createFrom().failure(away);
    }
    uses.staleAnswer(settings.kind());
    var served =
        known.askedInVain(amended(known), askedAt, now + settings.recheckAfter().toNanos());
    remembered.asMap().replace(key, known, served);
    return Uni.createFrom().item(served.value());
  }

  private boolean allows(Remembered<V> known) {
    return words.allow(known.value(), known.confirmedAtNanos());
  }

  private V amended(Remembered<V> known) {
    return words.amend(known.value(), known.askedAtNanos());
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
      if (!known.isUsable(asOfNanos, now) || !allows(known)) {
        remembered.asMap().remove(entry.getKey(), known);
      } else if (known.confirmedAtNanos() < asOfNanos && settings.lasts().test(known.value())) {
        var usableUntil = asOfNanos + settings.usableFor().apply(known.value()).toNanos();
        remembered
            .asMap()
            .replace(
                entry.getKey(), known, known.confirmed(amended(known), asOfNanos, usableUntil));
      }
    }
  }

  /** How many are remembered. */
  public long size() {
    remembered.cleanUp();
    return remembered.estimatedSize();
  }
}
