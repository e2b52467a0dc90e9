package io.muster.mqtt;

import java.time.Instant;

/** What a link is doing. */
sealed interface LinkState {
  /** Not started. */
  record Idle() implements LinkState {}

  /** Between CONNECT and the end of the set-up. */
  record Connecting(String previousFailure) implements LinkState {}

  /** Messages pass. */
  record Up(Instant since) implements LinkState {}

  /** The connection failed; another attempt follows. */
  record Waiting(String reason) implements LinkState {}

  /** The application stops. */
  record Closed() implements LinkState {}

  /** Ended for good because of a failure. */
  record Failed(String reason) implements LinkState {}

  default Verdict ready() {
    return switch (this) {
      case Up up -> Verdict.GOOD;
      case Idle idle -> Verdict.bad("not started");
      case Connecting connecting ->
          Verdict.bad(
              connecting.previousFailure() == null
                  ? "connecting"
                  : "reconnecting after: " + connecting.previousFailure());
      case Waiting waiting -> Verdict.bad("waiting to reconnect after: " + waiting.reason());
      case Closed closed -> Verdict.bad("closed");
      case Failed failed -> Verdict.bad(failed.reason());
    };
  }

  default Verdict alive() {
    return this instanceof Failed failed ? Verdict.bad(failed.reason()) : Verdict.GOOD;
  }
}
