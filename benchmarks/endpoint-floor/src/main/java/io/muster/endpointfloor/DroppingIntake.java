package io.muster.endpointfloor;

import io.muster.ingest.intake.Announcement;
import io.muster.ingest.intake.Completion;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.intake.Outcome;
import io.muster.ingest.intake.Publication;
import io.muster.ingest.intake.RefusedPublish;

/** Says of everything that it is kept, and keeps nothing. Thread-safe. */
final class DroppingIntake implements Intake {
  @Override
  public void offer(Publication publication, Completion completion) {
    completion.complete(Outcome.kept());
  }

  @Override
  public void deadLetter(RefusedPublish refused, Completion completion) {
    completion.complete(Outcome.deadLettered(refused.reason()));
  }

  @Override
  public void announce(Announcement announcement, Completion completion) {
    completion.complete(Outcome.kept());
  }

  @Override
  public boolean storeIsReachable() {
    return true;
  }
}
