package io.muster.ingest.endpoint;

import io.muster.ingest.access.Admission.Denied;
import io.muster.ingest.access.Admission.Granted;
import io.muster.ingest.access.Admission.Unavailable;
import io.muster.ingest.access.Mandate;
import io.muster.ingest.endpoint.authorisation.Claimant;
import io.muster.ingest.endpoint.authorisation.PublishRights;
import io.muster.ingest.endpoint.authorisation.Scopes;
import io.muster.ingest.endpoint.authorisation.WillRights;
import io.muster.ingest.endpoint.limits.AdmissionLine;
import io.muster.ingest.endpoint.limits.DeviceUse;
import io.muster.ingest.endpoint.packetlog.PacketTap;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.Properties;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.ingest.endpoint.tls.ClientCertificate;
import io.muster.ingest.sessions.SessionClaim;
import io.muster.ingest.sessions.SessionEnd;
import io.muster.ingest.sessions.TakenSession;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Answers one CONNECT: room, rate, identity, credential, will, session; the first that fails is the
 * answer. Nothing of the client is read meanwhile. On the event loop, to which every answer from
 * elsewhere comes back.
 */
final class Admission implements Entrance {
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
  private Optional<ClientCertificate> certificate = Optional.empty();
  private Claimant claimant;
  private Reach reach;
  private Future<?> limit;
  private AdmissionLine.Ticket ticket;
  private boolean seated;

  /** Null until it showed its credential. */
  private DeviceUse use;

  private boolean over;

  Admission(DeviceConnection connection, Shared shared, Packet.Connect connect) {
    this.connection = connection;
    this.shared = shared;
    this.connect = connect;
    this.terms = Terms.of(connect, shared.config.connections());
  }

  @Override
  public void begin() {
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
    certificate = ClientCertificate.of(connection.channel());
    var bytes = connect.heldBytes() + certificate.map(ClientCertificate::heldBytes).orElse(0);
    if (!shared.knocking.memory().tryReserve(bytes)) {
      return false;
    }
    heldBytes = bytes;
    return true;
  }

  private void identify() {
    try {
      claimant = Claimant.of(connect, certificate, shared.clock.instant());
    } catch (Claimant.NobodyException nobody) {
      refuse(nobody.code(), nobody.label(), nobody.getMessage());
      return;
    }
    if (!ConnAcks.fit(connect, terms, shared.config)) {
      refuse(ReasonCode.PACKET_TOO_LARGE, "maximum-packet-size", "CONNACK needs larger packets");
      return;
    }
    if (shared.doorkeeper.keepsOut(claimant.client().device(), connection.remoteAddress())) {
      refuse(ReasonCode.BANNED, "banned", "too many failures from this address; try again later");
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
    ticket = shared.line.join(() -> onLoop(this::verify));
    if (ticket == null) {
      refuseBusy();
    } else {
      limit = later(shared.config.connections().patience().toNanos(), this::refuseBusy);
    }
  }

  private void refuseBusy() {
    if (!over) {
      refuse(ReasonCode.SERVER_BUSY, "busy", "too many connect at once; try again later");
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
    if (shared.draining.get()) {
      refuse(ReasonCode.SERVER_UNAVAILABLE, "shutting-down", "the server is shutting down");
      return;
    }
    cancel(limit);
    limit = later(shared.config.connections().admissionTimeout().toNanos(), this::timeIsUp);
    reach = new Reach(connection, claimant.client(), shared.connectionIds.incrementAndGet());
    shared.index.knock(reach);
    var proof = claimant.proof();
    claimant = claimant.withoutProof();
    shared
        .access
        .admit(claimant.client().device(), proof, connection.remoteAddress())
        .subscribe()
        .with(
            answer -> onLoop(() -> verified(answer)),
            failure -> onLoop(() -> verified(new Unavailable())));
  }

  private void verified(io.muster.ingest.access.Admission answer) {
    // Also of a client that did not wait for it.
    shared.doorkeeper.hears(answer, claimant.client().device(), connection.remoteAddress());
    if (over) {
      return;
    }
    switch (answer) {
      case Granted granted -> match(granted);
      case Denied denied -> refuse(Denial.of(denied.reason(), claimant.certified()));
      case Unavailable unavailable ->
          refuse(
              ReasonCode.SERVER_UNAVAILABLE,
              "registry-away",
              "the server cannot verify credentials now; try again later");
    }
  }

  /** The answer is about the device whose identifier the client has, and no other. */
  private void match(Granted granted) {
    if (reach.hasShownWithdrawn(granted.answer())) {
      refuseWithdrawn();
    } else if (granted.answer().device().equals(claimant.client().device())) {
      count(granted);
    } else {
      refuse(Denial.ANOTHERS_CLIENT_IDENTIFIER);
    }
  }

  private void count(Granted granted) {
    if (!shared.index.admit(reach, shared.config.connections().mostPerDevice())) {
      refuse(
          ReasonCode.QUOTA_EXCEEDED,
          "device-connections",
          "the device has as many connections as it may; close one, or use its client identifier");
      return;
    }
    var client = claimant.client();
    use =
        shared.quotas.enter(
            client.device(),
            granted.answer().limits(),
            shared.index.isClaimed(client.value()),
            System.nanoTime());
    if (use == null) {
      refuse(
          ReasonCode.QUOTA_EXCEEDED,
          "tenant-connections",
          "the tenant has as many connections as it may");
      return;
    }
    if (!use.mayConnect(System.nanoTime())) {
      refuse(
          ReasonCode.CONNECTION_RATE_EXCEEDED,
          "device-connects",
          "the device connects too often; do several clients use its identifier?");
      return;
    }
    var changed = reach.changedLimits();
    if (changed != null) {
      // They came while the answer was on its way, and before this device was in the quotas.
      shared.quotas.limit(client.device().tenant(), changed, System.nanoTime());
    }
    judgeWill(granted);
  }

  private void judgeWill(Granted granted) {
    var validUntil = granted.validUntil();
    if (validUntil != null && !validUntil.isAfter(shared.clock.instant())) {
      refuse(ReasonCode.NOT_AUTHORIZED, "credential-expired", "the credential has ended");
      return;
    }
    var rights =
        new PublishRights(claimant.client().device(), shared.access, Scopes.of(granted.answer()));
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
              "the will must be small enough and under a topic name that the device may publish"
                  + " to");
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
            LastWill.of(connect));
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
    if (ticket != null) {
      ticket.giveBack();
    }
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
        answer.validUntil(),
        use,
        properties.receiveMaximum() == Properties.ABSENT
            ? MQTT_RECEIVE_MAXIMUM
            : properties.receiveMaximum(),
        most == Properties.ABSENT ? Long.MAX_VALUE : most,
        properties.requestProblemInformation() != 0,
        Scopes.of(answer));
  }

  @Override
  public void abandon() {
    if (!over) {
      giveUp();
    }
  }

  @Override
  public void endFromOutside(EndReason reason) {
    if (over) {
      return;
    }
    if (reason == EndReason.ACCESS_WITHDRAWN || reason == EndReason.CREDENTIAL_ENDED) {
      refuseWithdrawn();
    } else {
      refuse(ReasonCode.SERVER_UNAVAILABLE, reason.label(), "try again");
    }
  }

  private void refuseWithdrawn() {
    refuse(ReasonCode.NOT_AUTHORIZED, "withdrawn", "access was withdrawn");
  }

  private void refuse(Denial denial) {
    refuse(denial.code(), denial.label(), denial.words());
  }

  private void refuse(ReasonCode code, String label, String detail) {
    var refused = connect;
    giveUp();
    shared.metrics.refused(label);
    PacketTap.tell(connection.channel(), "refused", label, detail);
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
    if (use != null) {
      shared.quotas.leave(use, System.nanoTime());
      use = null;
    }
    if (reach != null) {
      shared.index.leave(reach);
    }
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
