package io.muster.ingest.endpoint;

import io.muster.contract.registry.VerifyAnswer;
import io.muster.ingest.access.Admission.Denied;
import io.muster.ingest.access.Admission.Granted;
import io.muster.ingest.access.Admission.Unavailable;
import io.muster.ingest.access.Mandate;
import io.muster.ingest.endpoint.authorisation.Claimant;
import io.muster.ingest.endpoint.authorisation.PublishRights;
import io.muster.ingest.endpoint.authorisation.WillRights;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.Properties;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.sessions.SessionClaim;
import io.muster.ingest.sessions.SessionEnd;
import io.muster.ingest.sessions.StoredWill;
import io.muster.ingest.sessions.TakenSession;
import io.netty.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Answers one CONNECT: room, rate, identity, credential, will, session; the first that fails is the
 * answer. Nothing of the client is read meanwhile. On the event loop, to which every answer from
 * elsewhere comes back.
 */
final class Admission {
  private static final int MQTT_RECEIVE_MAXIMUM = 65_535;

  /** What a CONNECT that was accepted comes to. */
  record Accepted(
      Packet.Connect connect,
      Terms terms,
      ActiveSession session,
      Reach reach,
      TakenSession taken) {}

  private final DeviceConnection connection;
  private final Shared shared;
  private final Terms terms;

  /** Null when it is over: it holds a password and perhaps a large will. */
  private Packet.Connect connect;

  private long heldBytes;
  private Claimant claimant;
  private Reach reach;
  private Future<?> limit;
  private Future<?> turn;
  private boolean seated;
  private boolean over;

  Admission(DeviceConnection connection, Shared shared, Packet.Connect connect) {
    this.connection = connection;
    this.shared = shared;
    this.connect = connect;
    this.terms = Terms.of(connect, shared.config.connections());
  }

  void begin() {
    if (shared.draining.get()) {
      refuse(ReasonCode.SERVER_UNAVAILABLE, "shutting-down", "the server is shutting down");
    } else if (shared.budget.refusesConnections()) {
      refuse(ReasonCode.SERVER_UNAVAILABLE, "memory", "the server is busy; try again later");
    } else if (!hold()) {
      refuse(ReasonCode.SERVER_UNAVAILABLE, "memory", "the server is busy; try again later");
    } else {
      identify();
    }
  }

  private boolean hold() {
    var bytes = connect.heldBytes();
    if (!shared.knocking.memory().tryReserve(bytes)) {
      return false;
    }
    heldBytes = bytes;
    return true;
  }

  private void identify() {
    try {
      claimant = Claimant.of(connect);
      ConnAcks.requireRoom(connect, terms, shared.config);
    } catch (Claimant.NobodyException nobody) {
      refuse(nobody.code(), label(nobody.code()), nobody.getMessage());
      return;
    }
    seated = shared.connected.take();
    if (!seated) {
      refuse(
          ReasonCode.QUOTA_EXCEEDED, "connections", "the server has as many connections as it may");
      return;
    }
    waitForTurn();
  }

  private void waitForTurn() {
    var config = shared.config.connections();
    var waitNanos = shared.connects.charge(System.nanoTime());
    if (waitNanos > config.patience().toNanos()) {
      shared.connects.refund();
      refuse(ReasonCode.CONNECTION_RATE_EXCEEDED, "rate", "too many connects; try again later");
      return;
    }
    limit = later(config.admissionTimeout().toNanos() + waitNanos, this::timeIsUp);
    if (waitNanos == 0) {
      verify();
    } else {
      turn = later(waitNanos, this::verify);
    }
  }

  private void timeIsUp() {
    if (!over) {
      refuse(ReasonCode.SERVER_UNAVAILABLE, "timeout", "the server cannot answer; try again later");
    }
  }

  private void verify() {
    if (over) {
      return;
    }
    reach = new Reach(connection, claimant.client(), shared.connectionIds.incrementAndGet());
    shared.index.knock(reach);
    var proof = claimant.proof();
    claimant = new Claimant(claimant.client(), null);
    shared
        .access
        .admit(claimant.client().device(), proof, connection.remoteAddress())
        .subscribe()
        .with(
            answer -> onLoop(() -> verified(answer)),
            failure -> onLoop(() -> verified(new Unavailable())));
  }

  private void verified(io.muster.ingest.access.Admission answer) {
    if (over) {
      return;
    }
    switch (answer) {
      case Granted granted -> count(granted);
      case Denied denied ->
          refuse(code(denied.reason()), denied.reason().label(), "user name or password refused");
      case Unavailable unavailable ->
          refuse(
              ReasonCode.SERVER_UNAVAILABLE,
              "registry-away",
              "the server cannot verify credentials now; try again later");
    }
  }

  /**
   * The same answer for a wrong secret and an unknown device: nobody learns which devices exist.
   */
  private static ReasonCode code(VerifyAnswer.Reason reason) {
    return switch (reason) {
      case DEVICE_DISABLED, TENANT_SUSPENDED -> ReasonCode.NOT_AUTHORIZED;
      case UNKNOWN_DEVICE,
          WRONG_SECRET,
          CREDENTIAL_EXPIRED,
          CREDENTIAL_NOT_YET_VALID,
          NO_SUCH_CREDENTIAL,
          TOKEN_MALFORMED,
          TOKEN_ALGORITHM,
          TOKEN_SIGNATURE,
          TOKEN_EXPIRED,
          TOKEN_LIFETIME,
          TOKEN_AUDIENCE,
          TOKEN_SUBJECT,
          CERTIFICATE_UNKNOWN,
          CERTIFICATE_EXPIRED ->
          ReasonCode.BAD_USER_NAME_OR_PASSWORD;
    };
  }

  private void count(Granted granted) {
    if (!shared.index.admit(reach, shared.config.connections().mostPerDevice())) {
      refuse(
          ReasonCode.QUOTA_EXCEEDED,
          "device-connections",
          "the device has as many connections as it may; close one, or use its client identifier");
      return;
    }
    judgeWill(granted);
  }

  private void judgeWill(Granted granted) {
    var validUntil = granted.validUntil();
    if (validUntil != null && !validUntil.isAfter(shared.clock.instant())) {
      refuse(ReasonCode.NOT_AUTHORIZED, "credential-expired", "the credential has ended");
      return;
    }
    var rights = new PublishRights(claimant.client().device(), shared.access);
    WillRights.allows(connect.will(), granted.answer().limits().payloadBytes(), rights)
        .subscribe()
        .with(
            allowed -> onLoop(() -> willJudged(granted, allowed)),
            failure -> onLoop(() -> willJudged(granted, Mandate.UNKNOWN)));
  }

  private void willJudged(Granted granted, Mandate mandate) {
    if (over) {
      return;
    }
    switch (mandate) {
      case GIVEN -> take(granted);
      case NOT_GIVEN ->
          refuse(
              ReasonCode.NOT_AUTHORIZED,
              "will",
              "the will must be small enough and under a topic name that the device may publish to");
      case UNKNOWN ->
          refuse(
              ReasonCode.SERVER_UNAVAILABLE,
              "registry-away",
              "the server cannot tell now whether the will is allowed; try again later");
    }
  }

  private void take(Granted granted) {
    var claim =
        new SessionClaim(
            claimant.client(),
            reach.connectionId(),
            connect.cleanStart(),
            terms.sessionExpirySeconds(),
            will());
    shared
        .sessions
        // In the index for as long as it is wanted.
        .take(claim, () -> shared.index.holds(reach.connectionId()))
        .subscribe()
        .with(
            taken -> {
              if (!onLoop(() -> taken(granted, taken))) {
                giveBack(taken);
              }
            },
            failure -> onLoop(this::sessionsAway));
  }

  private StoredWill will() {
    var will = connect.will();
    if (will == null) {
      return null;
    }
    var properties = will.properties();
    return new StoredWill(
        will.topic(),
        will.payload(),
        will.qos(),
        will.retain(),
        properties.contentType(),
        properties.userProperties(),
        Math.max(0, properties.willDelaySeconds()));
  }

  private void sessionsAway() {
    if (!over) {
      refuse(
          ReasonCode.SERVER_UNAVAILABLE,
          "database-away",
          "the server cannot keep sessions now; try again later");
    }
  }

  private void taken(Granted granted, TakenSession taken) {
    if (over) {
      // The client has gone, or was told no meanwhile.
      giveBack(taken);
      return;
    }
    var accepted = new Accepted(connect, terms, session(granted, taken), reach, taken);
    finish();
    connection.accept(accepted);
  }

  /** Lets go of all that was held for the answer. */
  private void finish() {
    over = true;
    connect = null;
    shared.knocking.memory().release(heldBytes);
    heldBytes = 0;
    cancel(limit);
    cancel(turn);
  }

  private static void cancel(Future<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }

  /** The session is nobody's again, and the will was never left. On any thread. */
  private void giveBack(TakenSession taken) {
    shared.sessions.ended(
        new SessionEnd(claimant.client(), taken.epoch(), terms.sessionExpirySeconds(), false));
  }

  private ActiveSession session(Granted granted, TakenSession taken) {
    var properties = connect.properties();
    var answer = granted.answer();
    var most = properties.maximumPacketBytes();
    return new ActiveSession(
        claimant.client(),
        connect.version(),
        reach.connectionId(),
        taken.sessionKey(),
        taken.epoch(),
        terms.sessionExpirySeconds() > 0,
        answer.credential(),
        answer.validUntil(),
        answer.limits().payloadBytes(),
        shared.index.rateOf(reach, answer.limits()),
        properties.receiveMaximum() == Properties.ABSENT
            ? MQTT_RECEIVE_MAXIMUM
            : properties.receiveMaximum(),
        most == Properties.ABSENT ? Long.MAX_VALUE : most,
        properties.requestProblemInformation() != 0);
  }

  /** The client has gone, or may no longer come in. */
  void abandon() {
    if (!over) {
      giveUp();
    }
  }

  /** Refuses a client that may not, or cannot, come in for a reason from outside. */
  void endFromOutside(EndReason reason) {
    if (over) {
      return;
    }
    if (reason == EndReason.ACCESS_WITHDRAWN || reason == EndReason.CREDENTIAL_ENDED) {
      refuse(ReasonCode.NOT_AUTHORIZED, "withdrawn", "access was withdrawn");
    } else {
      refuse(ReasonCode.SERVER_UNAVAILABLE, reason.label(), "try again");
    }
  }

  private void refuse(ReasonCode code, String label, String detail) {
    var refused = connect;
    giveUp();
    shared.metrics.refused(label);
    shared.refusals.write(
        claimant == null ? null : claimant.client().device(),
        connection.remoteAddress(),
        "CONNECT refused",
        label);
    connection.refuse(refused, code, detail);
  }

  private void giveUp() {
    finish();
    if (seated) {
      shared.connected.leave();
      seated = false;
    }
    if (reach != null) {
      shared.index.leave(reach);
    }
  }

  private static String label(ReasonCode code) {
    return code.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  private Future<?> later(long nanos, Runnable task) {
    return connection.channel().eventLoop().schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  /** False when the loop has ended: the process is going down, and the socket is closed. */
  private boolean onLoop(Runnable task) {
    try {
      connection.channel().eventLoop().execute(task);
      return true;
    } catch (RejectedExecutionException loopHasEnded) {
      return false;
    }
  }
}
