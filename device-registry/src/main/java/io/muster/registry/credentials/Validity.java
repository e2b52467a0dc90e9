package io.muster.registry.credentials;

import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * When a credential holds.
 *
 * @param notBefore null: from its creation
 * @param notAfter null: for ever
 */
record Validity(Instant notBefore, Instant notAfter) {
  private static final Instant EARLIEST = Instant.EPOCH;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  /** Checks what was asked for; PostgreSQL keeps microseconds. */
  static Validity of(CredentialBody body, Instant now) {
    var notBefore = inRange("/notBefore", body.notBefore());
    var notAfter = inRange("/notAfter", body.notAfter());
    if (notAfter != null && !notAfter.isAfter(now)) {
      throw wrong("/notAfter", "is past already");
    }
    if (notAfter != null && notBefore != null && !notAfter.isAfter(notBefore)) {
      throw wrong("/notAfter", "must be after notBefore");
    }
    return new Validity(notBefore, notAfter);
  }

  /** This period as far as it is within the certificate's own. */
  Validity within(RegisteredCertificate certificate, Instant now) {
    var from = certificate.notBefore();
    var until = certificate.notAfter();
    if (!until.isAfter(now)) {
      throw wrong("/certificate", "expired at %s".formatted(until));
    }
    if (notBefore != null && !notBefore.isBefore(until)) {
      throw wrong("/notBefore", "must be before the certificate's end, %s".formatted(until));
    }
    if (notAfter != null && !notAfter.isAfter(from)) {
      throw wrong("/notAfter", "must be after the certificate's beginning, %s".formatted(from));
    }
    return new Validity(
        notBefore == null || notBefore.isBefore(from) ? from : notBefore,
        notAfter == null || notAfter.isAfter(until) ? until : notAfter);
  }

  private static Instant inRange(String pointer, Instant time) {
    if (time == null) {
      return null;
    }
    if (time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
      throw wrong(pointer, "must be between 1970 and 9999");
    }
    return time.truncatedTo(ChronoUnit.MICROS);
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at(pointer, detail))).asException();
  }
}
