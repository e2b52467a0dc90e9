package io.muster.firmware.manifest;

import io.muster.firmware.problem.ConflictKind;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.versions.IfMatch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A key for manifests that somebody wants to have made.
 *
 * @param ifMatch which keys there must be
 * @param previousUntil until when the ones before it are published
 * @param most how many may be published at a time
 */
record NextKey(IfMatch ifMatch, Instant signsFrom, Instant previousUntil, int most) {
  /** What a caller's clock may be behind. */
  private static final Duration LENIENCE = Duration.ofMinutes(1);

  private static final Duration LONGEST = Duration.ofDays(3_650);

  static NextKey of(ManifestKeyBody body, IfMatch ifMatch, ManifestConfig config, Instant now) {
    var from = body.signsFrom() == null ? now.plus(config.announcedFor()) : body.signsFrom();
    if (from.isBefore(now.minus(LENIENCE)) || from.isAfter(now.plus(LONGEST))) {
      throw wrong("/signsFrom", "must not be past, and within " + LONGEST.toDays() + " days");
    }
    var signsFrom = from.isBefore(now) ? now : from;
    var until =
        body.previousUntil() == null ? signsFrom.plus(config.keptFor()) : body.previousUntil();
    if (until.isBefore(signsFrom.plus(config.validFor()))) {
      throw wrong(
          "/previousUntil",
          "must be "
              + config.validFor()
              + " after signsFrom at least: so long devices act on manifests of the keys before");
    }
    if (until.isAfter(signsFrom.plus(LONGEST))) {
      throw wrong("/previousUntil", "must be within " + LONGEST.toDays() + " days of signsFrom");
    }
    return new NextKey(ifMatch, signsFrom, until, config.keys());
  }

  /** Refuses when there is one that waits, or there are too many. */
  void check(KeyRing ring, Instant now) {
    if (ring.next(now).isPresent()) {
      throw new Refusal.Conflict(
              ConflictKind.MANIFEST_KEY_WAITING, "There is a next key, which has not signed yet.")
          .asException();
    }
    if (ring.published(now).size() >= most) {
      throw new Refusal.LimitReached("published manifest keys", most).asException();
    }
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
