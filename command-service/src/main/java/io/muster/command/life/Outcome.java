package io.muster.command.life;

/** What came of a happening. */
public sealed interface Outcome {

  /** The command is another one now. */
  record Changed(Command command) implements Outcome {}

  /** Nothing changed. */
  record Ignored(Why why) implements Outcome {}

  /** Why something that happened changes nothing. */
  enum Why {
    /** The command had ended. */
    LATE,
    /** It was known already. */
    DUPLICATE,
    /** It means nothing. */
    MALFORMED,
    /** The command was never sent, so nobody can have it. */
    NOT_SENT
  }
}
