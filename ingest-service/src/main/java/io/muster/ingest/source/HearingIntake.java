package io.muster.ingest.source;

import io.muster.ingest.heard.HeardDevices;
import io.muster.ingest.intake.Announcement;
import io.muster.ingest.intake.Completion;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.intake.Publication;
import io.muster.ingest.intake.RefusedPublish;

/** The intake, noting of whose devices something comes. Thread-safe. */
record HearingIntake(Intake intake, HeardDevices heard) implements Intake {

  @Override
  public void offer(Publication publication, Completion completion) {
    publication
        .topic()
        .device()
        .ifPresent(it -> heard.heard(it, publication.receivedAt().toEpochMilli()));
    intake.offer(publication, completion);
  }

  @Override
  public void deadLetter(RefusedPublish refused, Completion completion) {
    intake.deadLetter(refused, completion);
  }

  @Override
  public void announce(Announcement announcement, Completion completion) {
    intake.announce(announcement, completion);
  }

  @Override
  public boolean storeIsReachable() {
    return intake.storeIsReachable();
  }
}
