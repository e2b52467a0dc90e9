package io.muster.ingest.endpoint;

import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.ingest.endpoint.authorisation.Claimant;
import io.muster.ingest.endpoint.authorisation.Newcomer;
import io.muster.ingest.endpoint.limits.AdmissionLine;
import io.muster.ingest.endpoint.limits.ReadGate;
import io.muster.ingest.endpoint.packets.Packet;
import io.muster.ingest.endpoint.packets.Properties;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.provisioning.Guest;
import io.muster.ingest.endpoint.provisioning.Newcomers;
import io.muster.ingest.endpoint.provisioning.ProvisioningDialogue;
import io.muster.ingest.endpoint.session.EndReason;
import io.muster.rest.bans.Network;
import io.netty.util.concurrent.Future;
import java.time.Instant;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Answers the CONNECT of a device that is nobody yet: room, rate, claim token, limits; the first
 * that fails is the answer. It gets no session, and nobody is told of it. On the event loop, to
 * which every answer from elsewhere comes back.
 */
final class ProvisioningEntrance implements Entrance {
  private final DeviceConnection connection;
  private final Shared shared;
  private final ReadGate gate;
  private final Terms terms;

  /** Null when it is over: it holds a password. */
  private Packet.Connect connect;

  private long heldBytes;
  private Newcomer newcomer;
  private Newcomers.Visit visit;
  private boolean seated;
  private AdmissionLine.Ticket ticket;
  private Future<?> limit;
  private boolean over;

  ProvisioningEntrance(
      DeviceConnection connection, Shared shared, ReadGate gate, Packet.Connect connect) {
    this.connection = connection;
    this.shared = shared;
    this.gate = gate;
    this.connect = connect;
    // Nothing outlives the connection, whatever it asked for.
    this.terms = new Terms(Terms.of(connect, shared.config.connections()).keepAliveSeconds(), 0);
  }

  @Override
  public void begin() {
    visit =
        shared.provisioning.newcomers().knock(Network.of(connection.remoteAddress()), this::endIt);
    if (shared.draining.get()) {
      refuse(ReasonCode.SERVER_UNAVAILABLE, "shutting-down", "the server is shutting down");
    } else if (shared.budget.refusesConnections() || !hold()) {
      refuse(ReasonCode.SERVER_UNAVAILABLE, "memory", "the server is busy; try again later");
    } else {
      identify();
    }
  }

  private boolean hold() {
    if (!shared.knocking.memory().tryReserve(connect.heldBytes())) {
      return false;
    }
    heldBytes = connect.heldBytes();
    return true;
  }

  private void identify() {
    try {
      newcomer = Newcomer.of(connect);
    } catch (Claimant.NobodyException nobody) {
      refuse(nobody.code(), nobody.label(), nobody.getMessage());
      return;
    }
    if (!ConnAcks.fitNewcomer(connect, terms, shared.config)) {
      refuse(ReasonCode.PACKET_TOO_LARGE, "maximum-packet-size", "CONNACK needs larger packets");
      return;
    }
    seated = shared.connected.take();
    if (!seated) {
      refuse(
          ReasonCode.QUOTA_EXCEEDED, "connections", "the server has as many connections as it may");
      return;
    }
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

  private void verify() {
    if (over) {
      return;
    }
    cancel(limit);
    limit =
        later(
            shared.config.connections().admissionTimeout().toNanos(),
            () -> refuseUnlessOver("timeout", "the server cannot answer; try again later"));
    var request =
        new ClaimRequest(newcomer.tenant(), newcomer.claimToken(), connection.remoteAddress());
    newcomer = newcomer.withoutToken();
    shared
        .provisioning
        .access()
        .claim(request)
        .subscribe()
        .with(
            answer -> onLoop(() -> verified(answer)),
            away ->
                onLoop(
                    () ->
                        refuseUnlessOver(
                            "registry-away",
                            "the server cannot verify claim tokens now; try again later")));
  }

  private void refuseUnlessOver(String label, String detail) {
    if (!over) {
      refuse(ReasonCode.SERVER_UNAVAILABLE, label, detail);
    }
  }

  private void verified(ClaimAnswer answer) {
    switch (answer) {
      case ClaimAnswer.Denied(var reason) -> denied(reason);
      case ClaimAnswer.Allowed allowed -> {
        if (!over) {
          enter(allowed);
        }
      }
    }
  }

  private void denied(Reason reason) {
    // Also of a client that did not wait for it.
    shared.doorkeeper.refuses(reason, connection.remoteAddress());
    if (!over) {
      var denial = Denial.of(reason, false);
      refuse(denial.code(), denial.label(), denial.words());
    }
  }

  private void enter(ClaimAnswer.Allowed allowed) {
    if (shared.draining.get()) {
      refuse(ReasonCode.SERVER_UNAVAILABLE, "shutting-down", "the server is shutting down");
      return;
    }
    var full = visit.enter(allowed.claim(), newcomer.clientIdentifier());
    if (full != null) {
      refuse(
          ReasonCode.QUOTA_EXCEEDED,
          "newcomers",
          switch (full) {
            case ALL -> "as many devices are being provisioned as may be; try again later";
            case CLAIM -> "as many devices use the claim token at a time as may; try again later";
            case ADDRESS -> "as many are being provisioned from this address as may be";
          });
      return;
    }
    var accepted = connect;
    var guest = guest(allowed);
    finish();
    connection.accept(
        new ProvisioningDialogue(
            connection.channel(), guest, gate, connection, shared.provisioning, this::leave),
        out -> ConnAcks.acceptedNewcomer(out, accepted, terms, shared.config));
  }

  private Guest guest(ClaimAnswer.Allowed allowed) {
    var most = connect.properties().maximumPacketBytes();
    return new Guest(
        newcomer,
        allowed.claim(),
        connection.remoteAddress(),
        connect.version(),
        earlier(
            allowed.validUntil(), shared.clock.instant().plus(shared.config.provisioning().stay())),
        terms.keepAliveNanos(),
        most == Properties.ABSENT ? Long.MAX_VALUE : most);
  }

  private static Instant earlier(Instant one, Instant other) {
    return other.isBefore(one) ? other : one;
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

  /** Lets go of all that is held while it is connected. */
  private void leave() {
    if (seated) {
      seated = false;
      shared.connected.leave();
    }
    visit.leave();
  }

  @Override
  public void abandon() {
    if (!over) {
      finish();
      leave();
    }
  }

  @Override
  public void endFromOutside(EndReason reason) {
    if (!over) {
      refuse(ReasonCode.SERVER_UNAVAILABLE, reason.label(), "try again");
    }
  }

  /** On any thread. */
  private void endIt(EndReason reason, String detail) {
    onLoop(() -> connection.endFromOutside(reason, detail));
  }

  private void refuse(ReasonCode code, String label, String detail) {
    var refused = connect;
    finish();
    leave();
    shared.metrics.refused(label);
    shared.refusals.write(null, connection.remoteAddress(), "Provisioning CONNECT refused", label);
    connection.refuse(refused, code, detail);
  }

  private static void cancel(Future<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }

  private Future<?> later(long nanos, Runnable task) {
    return connection.channel().eventLoop().schedule(task, nanos, TimeUnit.NANOSECONDS);
  }

  private void onLoop(Runnable task) {
    try {
      connection.channel().eventLoop().execute(task);
    } catch (RejectedExecutionException loopHasEnded) {
      // The process is going down, and the socket is closed.
      return;
    }
  }
}
