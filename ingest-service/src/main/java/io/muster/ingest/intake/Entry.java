package io.muster.ingest.intake;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.intake.Publication.ExactlyOnce;
import io.opentelemetry.context.Context;
import java.util.UUID;

/**
 * Something that was offered, on its way through a lane. Confined to the lane's thread once it is
 * there.
 */
final class Entry {
  private final Publication publication;
  private final UUID id;
  private final DeviceAddress source;
  private final Completion completion;
  private Content content;
  private int contentBytes;
  private boolean repetition;
  private boolean finished;

  /**
   * @param publication or null, when there is none
   * @param id of the dead letter that it was, or null
   * @param source whom its dead letter is counted against
   * @param content or null, when it is yet to be read from the publication
   */
  Entry(
      Publication publication,
      UUID id,
      DeviceAddress source,
      Content content,
      Completion completion) {
    this.publication = publication;
    this.id = id;
    this.source = source;
    this.completion = completion;
    if (content != null) {
      content(content);
    }
  }

  Publication publication() {
    return publication;
  }

  /** The id of the dead letter that it was, or null. */
  UUID id() {
    return id;
  }

  DeviceAddress source() {
    return source;
  }

  Content content() {
    return content;
  }

  void content(Content value) {
    content = value;
    contentBytes = value.bytes();
  }

  /** How many rows it makes, once its content is known. */
  int rows() {
    return content.rows();
  }

  /** What its content takes in memory and in a statement, about. */
  int contentBytes() {
    return contentBytes;
  }

  /** The QoS 2 identifier to be remembered, or null. */
  ExactlyOnce exactlyOnce() {
    return publication == null ? null : publication.exactlyOnce();
  }

  /** Whether its QoS 2 identifier was there already, so that nothing is stored again. */
  boolean isRepetition() {
    return repetition;
  }

  void repetition(boolean value) {
    repetition = value;
  }

  boolean isAtMostOnce() {
    return publication != null && publication.qos() == 0;
  }

  /** Of the publication, as it came. */
  int payloadBytes() {
    return publication.payload().length;
  }

  /** Whether it has left the lane, which it does once. */
  boolean hasFinished() {
    return finished;
  }

  void finish() {
    finished = true;
  }

  Context trace() {
    return publication == null ? null : publication.trace();
  }

  void complete(Outcome outcome) {
    completion.complete(outcome);
  }

  /** What is to be said once it is committed. */
  Outcome outcome() {
    return content instanceof Content.Refused refused && !repetition
        ? Outcome.deadLettered(refused.letter().reason())
        : Outcome.kept();
  }
}
