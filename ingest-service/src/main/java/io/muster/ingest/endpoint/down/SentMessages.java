package io.muster.ingest.endpoint.down;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * The QoS 1 messages that a client has not acknowledged, in as many places as may be on the way,
 * and the packet identifiers of the connection, which go round so that a late PUBACK meets no newer
 * message. On the event loop.
 */
final class SentMessages {
  private final Waiting[] messages;
  private final int[] identifiers;
  private final IntPredicate usedElsewhere;
  private int count;
  private int lastIdentifier;

  /**
   * @param usedElsewhere which identifiers belong to messages that are not here
   */
  SentMessages(int most, IntPredicate usedElsewhere) {
    messages = new Waiting[most];
    identifiers = new int[most];
    this.usedElsewhere = usedElsewhere;
  }

  boolean isFull() {
    return count == messages.length;
  }

  /**
   * @return its packet identifier
   */
  int add(Waiting message) {
    var identifier = nextIdentifier();
    messages[count] = message;
    identifiers[count] = identifier;
    count++;
    return identifier;
  }

  /** One that no message has; whoever asks uses it elsewhere from now on. */
  int nextIdentifier() {
    do {
      lastIdentifier = lastIdentifier == 65_535 ? 1 : lastIdentifier + 1;
    } while (indexOf(lastIdentifier) >= 0 || usedElsewhere.test(lastIdentifier));
    return lastIdentifier;
  }

  /** The message of that identifier, which is forgotten; null when there is none. */
  Waiting remove(int identifier) {
    var index = indexOf(identifier);
    if (index < 0) {
      return null;
    }
    var message = messages[index];
    count--;
    System.arraycopy(messages, index + 1, messages, index, count - index);
    System.arraycopy(identifiers, index + 1, identifiers, index, count - index);
    messages[count] = null;
    return message;
  }

  private int indexOf(int identifier) {
    for (int i = 0; i < count; i++) {
      if (identifiers[i] == identifier) {
        return i;
      }
    }
    return -1;
  }

  int count() {
    return count;
  }

  /** Forgets all. */
  int heldBytesAndClear() {
    int bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += messages[i].heldBytes();
    }
    Arrays.fill(messages, null);
    count = 0;
    return bytes;
  }
}
