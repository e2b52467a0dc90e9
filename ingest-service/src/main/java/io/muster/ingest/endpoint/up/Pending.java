package io.muster.ingest.endpoint.up;

import io.muster.ingest.intake.Completion;
import io.muster.ingest.intake.Outcome;
import io.opentelemetry.context.Context;

/**
 * Something a client sent that is answered when it is done, in the order in which it came. It is
 * its own completion, so that a publish costs one object here. All but {@link #complete} belongs to
 * the connection's event loop.
 */
final class Pending implements Completion {
  /** What the client hears at the end. */
  enum Answer {
    /** Nothing: QoS 0. It still counts until it is done. */
    NONE,
    PUBACK,
    PUBREC,
    PUBCOMP
  }

  private final AnswerQueue queue;
  final Answer answer;
  final int packetIdentifier;
  final int bytes;
  final long arrivedNanos;
  final Context trace;

  /** Whether the database remembers the identifier, so that an error must make it forget first. */
  final boolean remembered;

  /** Set before {@link #outcome} is: a PUBREL whose identifier nobody knew. */
  boolean unknownIdentifier;

  /** Whether the database was asked to forget it after an error. */
  boolean forgetting;

  /** Whether it has. */
  boolean forgotten;

  private volatile Outcome outcome;

  Pending(
      AnswerQueue queue,
      Answer answer,
      int packetIdentifier,
      int bytes,
      long arrivedNanos,
      Context trace,
      boolean remembered) {
    this.queue = queue;
    this.answer = answer;
    this.packetIdentifier = packetIdentifier;
    this.bytes = bytes;
    this.arrivedNanos = arrivedNanos;
    this.trace = trace;
    this.remembered = remembered;
  }

  @Override
  public void complete(Outcome result) {
    outcome = result;
    queue.completed();
  }

  /** Null until it is done. */
  Outcome outcome() {
    return outcome;
  }
}
