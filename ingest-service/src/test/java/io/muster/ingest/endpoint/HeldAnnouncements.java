package io.muster.ingest.endpoint;

import io.muster.ingest.intake.Announcement;
import io.muster.ingest.intake.Completion;
import io.muster.ingest.intake.Outcome;
import java.util.ArrayDeque;

/** Receipts that wait for the store, when a test wants it. */
final class HeldAnnouncements {
  private final ArrayDeque<Completion> held = new ArrayDeque<>();
  private boolean holding;

  /** False when it is not to wait; session events never are. */
  synchronized boolean offer(Announcement announcement, Completion completion) {
    return holding && announcement.event().equals("delivered") && held.add(completion);
  }

  synchronized void hold() {
    holding = true;
  }

  synchronized void letLastGo() {
    held.removeLast().complete(Outcome.kept());
  }

  synchronized void letGo() {
    holding = false;
    held.forEach(it -> it.complete(Outcome.kept()));
    held.clear();
  }
}
