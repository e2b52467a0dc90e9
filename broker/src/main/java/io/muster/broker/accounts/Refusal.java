package io.muster.broker.accounts;

import java.util.Locale;

/** Why a client may not connect; for logs and counters, the client only hears "not authorized". */
public enum Refusal {
  /** No user name, or none of the form {@code service:{name}}: devices and people end here. */
  NOT_A_SERVICE,
  /** The client identifier is another service's or of another form. */
  CLIENT_IDENTIFIER,
  /** No password. */
  NO_TOKEN,
  /** The password is no signed JWT, or a claim is missing or of another type. */
  TOKEN_MALFORMED,
  /** Signed with an algorithm that is not configured, or not at all. */
  TOKEN_ALGORITHM,
  /** Signed with a key that the issuer does not have. */
  UNKNOWN_KEY,
  /** The signature does not fit. */
  TOKEN_SIGNATURE,
  /** Of another issuer. */
  TOKEN_ISSUER,
  /** Made for somebody else: people's API, devices. */
  TOKEN_AUDIENCE,
  /** Made for another service than the user name says. */
  TOKEN_SUBJECT,
  /** Over, or not yet begun. */
  TOKEN_EXPIRED,
  /** Valid for longer than a service's token may be. */
  TOKEN_LIFETIME,
  /** The issuer's keys are needed and cannot be fetched; the only one worth another try. */
  ISSUER_UNAVAILABLE;

  /** The form in logs and metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
