package io.muster.localstack.stack;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a process of the stack is doing; lower case with hyphens in files and output. */
enum ProcessState {
  /** Started, not ready yet. */
  STARTING,
  /** At work. */
  READY,
  /** Runs, but says that it cannot work just now. */
  NOT_READY,
  /** Ended unasked and will be started again. */
  CRASHED,
  /** Runs, but the supervisor that started it is gone. */
  UNSUPERVISED,
  /** Being ended. */
  STOPPING,
  /** Ended. */
  STOPPED;

  @JsonValue
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @JsonCreator
  static ProcessState of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
