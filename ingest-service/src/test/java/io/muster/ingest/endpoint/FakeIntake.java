package io.muster.ingest.endpoint;

import io.muster.ingest.intake.Announcement;
import io.muster.ingest.intake.Completion;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Publication;
import io.muster.ingest.intake.RefusedPublish;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** An intake that remembers what it was given and completes at once, or when the test says so. */
public final class FakeIntake implements Intake {
  /** What was offered, and who waits for its outcome. */
  public record Offered(Publication publication, Completion completion) {
    public String text() {
      return new String(publication.payload(), StandardCharsets.UTF_8);
    }
  }

  public final ConcurrentLinkedQueue<Offered> offered = new ConcurrentLinkedQueue<>();
  public final ConcurrentLinkedQueue<RefusedPublish> letters = new ConcurrentLinkedQueue<>();
  public final CopyOnWriteArrayList<Announcement> announcements = new CopyOnWriteArrayList<>();
  public final ConcurrentLinkedQueue<Offered> held = new ConcurrentLinkedQueue<>();
  private final HeldAnnouncements heldAnnouncements = new HeldAnnouncements();
  private volatile boolean holding;
  private volatile Function<Publication, Outcome> judge = publication -> Outcome.kept();

  @Override
  public void offer(Publication publication, Completion completion) {
    if (!keeps(new Offered(publication, completion))) {
      completion.complete(judge.apply(publication));
    }
  }

  /** Whether it waits; what a test sees as offered it can let go, and none is held for ever. */
  private synchronized boolean keeps(Offered entry) {
    offered.add(entry);
    return holding && held.add(entry);
  }

  @Override
  public void deadLetter(RefusedPublish refused, Completion completion) {
    letters.add(refused);
    completion.complete(Outcome.deadLettered(refused.reason()));
  }

  @Override
  public void announce(Announcement announcement, Completion completion) {
    // What a test sees as announced is held already, if it is to be.
    var isHeld = heldAnnouncements.offer(announcement, completion);
    announcements.add(announcement);
    if (!isHeld) {
      completion.complete(Outcome.kept());
    }
  }

  /** From now on announcements of that event wait. */
  public void holdAnnouncements(String event) {
    heldAnnouncements.hold(event);
  }

  /** Completes the one that came last. */
  public void letTheLastAnnouncementGo() {
    heldAnnouncements.letLastGo();
  }

  public void letAnnouncementsGo() {
    heldAnnouncements.letGo();
  }

  @Override
  public boolean storeIsReachable() {
    return !holding;
  }

  public void judge(Function<Publication, Outcome> outcomeOf) {
    judge = outcomeOf;
  }

  /** From now on nothing completes. */
  public synchronized void hold() {
    holding = true;
  }

  /** Completes one of what was held, counted from the first that still is. */
  public void letGo(int nth) {
    var entry = takeHeld(nth);
    entry.completion().complete(judge.apply(entry.publication()));
  }

  private synchronized Offered takeHeld(int nth) {
    var entry = List.copyOf(held).get(nth);
    held.remove(entry);
    return entry;
  }

  /** Completes what was held, and all that comes. */
  public void letGo() {
    holdNoMore();
    for (var entry = held.poll(); entry != null; entry = held.poll()) {
      entry.completion().complete(judge.apply(entry.publication()));
    }
  }

  private synchronized void holdNoMore() {
    holding = false;
  }

  public List<Announcement> announced(String event) {
    List<Announcement> found = new ArrayList<>(announcements);
    found.removeIf(it -> !it.event().equals(event));
    return found;
  }
}
