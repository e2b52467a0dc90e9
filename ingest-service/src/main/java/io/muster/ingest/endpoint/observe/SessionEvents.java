package io.muster.ingest.endpoint.observe;

import io.muster.contract.event.SessionEvent;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.intake.Announcement;
import io.muster.ingest.intake.Intake;
import io.muster.ingest.sessions.ReplicaIdentity;
import java.time.Clock;

/**
 * Tells the other services who is connected, in order with what the device publishes. Thread-safe.
 */
public final class SessionEvents {
  private final Intake intake;
  private final ReplicaIdentity replica;
  private final Clock clock;

  public SessionEvents(Intake intake, ReplicaIdentity replica, Clock clock) {
    this.intake = intake;
    this.replica = replica;
    this.clock = clock;
  }

  public void connected(ActiveSession session) {
    announce("session/connected", session, null);
  }

  public void disconnected(ActiveSession session, EndReason reason) {
    announce("session/disconnected", session, reason.label());
  }

  private void announce(String event, ActiveSession session, String reason) {
    var data =
        new SessionEvent(
            replica.name(),
            replica.bootId().toString(),
            session.connectionId(),
            session.epoch(),
            session.client().value(),
            clock.instant(),
            reason);
    intake.announce(new Announcement(event, session.device(), data), outcome -> {});
  }
}
