package io.muster.outbox;

import io.muster.outbox.Backlog.Head;
import java.util.List;

/**
 * Chooses what is published next. As long as all that waits fits into a round, it is that. When
 * more waits, devices take turns, a round in equal parts: however much one of them says, the
 * others' messages go out after as many rounds as there are rounds full of devices, and not after
 * all of that one's. For the publishing thread.
 */
final class Turns {
  private static final String FIRST = "";

  private final Backlog backlog;
  private final OutboxSettings settings;
  private boolean crowded;

  /** The last device that had its turn. */
  private String last = FIRST;

  /**
   * What a round takes.
   *
   * @param head of each device the first of what waits
   * @param more whether anything may have been left
   */
  record Turn(Head head, boolean more) {}

  Turns(Backlog backlog, OutboxSettings settings) {
    this.backlog = backlog;
    this.settings = settings;
  }

  Turn next() throws InterruptedException {
    if (!crowded) {
      var head = backlog.oldest(settings.batchRows(), settings.undeliveredFor());
      if (head.size() < settings.batchRows()) {
        return new Turn(head, false);
      }
      crowded = true;
      last = FIRST;
    }
    return nextDevices();
  }

  private Turn nextDevices() throws InterruptedException {
    var first = last.equals(FIRST);
    var devices = backlog.devices(last, settings.batchRows());
    if (devices.isEmpty()) {
      last = FIRST;
      crowded = !first;
      return new Turn(new Head(List.of(), List.of()), crowded);
    }
    var each = settings.batchRows() / devices.size();
    var head = backlog.ofEach(devices, each, settings.undeliveredFor());
    var wasLast = devices.size() < settings.batchRows();
    last = wasLast ? FIRST : devices.getLast();
    // All of all devices: nobody has to wait for a turn.
    crowded = !first || !wasLast || head.size() >= each;
    return new Turn(head, crowded);
  }
}
