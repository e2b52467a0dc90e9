package io.muster.ingest.endpoint;

import io.muster.ingest.intake.Announcement;
import io.muster.ingest.intake.Completion;
import io.muster.ingest.intake.Outcome;
import java.util.ArrayDeque;

/** What services are told and waits for the store, when a test wants it. */
final class HeldAnnouncements {
  private final ArrayDeque<Completion> held = new ArrayDeque<>();
  private String holding;

  /** False when it is not to wait. */
  synchronized boolean offer(Announcement announcement, Completion completion) {
    return announcement.event().equals(holding) && held.add(completion);
  }

  synchronized void hold(String event) {
    holding = event;
  }

  synchronized void letLastGo() {
    held.removeLast().complete(Outcome.kept());
  }

  synchronized void letGo() {
    holding = null;
    held.forEach(it -> it.complete(Outcome.kept()));
    held.clear();
  }
}
