package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.muster.contract.registry.VerifyAnswer.Reason;
import io.muster.ingest.access.ProvisioningAccess;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A registry whose claim tokens are those that begin with "claim". */
final class FakeProvisioning implements ProvisioningAccess {
  static final String TOKEN = "claim-1";

  final List<ClaimRequest> claims = new CopyOnWriteArrayList<>();
  final List<ProvisionRequest> requests = new CopyOnWriteArrayList<>();
  volatile boolean away;
  volatile Reason refusal = Reason.CLAIM_UNKNOWN;
  volatile Instant validUntil = Instant.now().plusSeconds(3_600);
  private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();
  private volatile boolean holds;
  private volatile ProvisionReply reply = reply(200, "{\"status\":200}");

  static ProvisionReply reply(int status, String payload) {
    return new ProvisionReply(status, payload.getBytes(UTF_8));
  }

  /** The id of a claim token. */
  static UUID idOf(String token) {
    return UUID.nameUUIDFromBytes(token.getBytes(UTF_8));
  }

  void answer(int status, String payload) {
    reply = reply(status, payload);
  }

  /** From now on who asks must wait. */
  void hold() {
    holds = true;
  }

  void letGo() {
    holds = false;
    drain();
  }

  private void drain() {
    for (var next = held.poll(); next != null; next = held.poll()) {
      next.run();
    }
  }

  @Override
  public Uni<ClaimAnswer> claim(ClaimRequest request) {
    claims.add(request);
    return waiting(
        request.claimToken().startsWith("claim")
            ? new ClaimAnswer.Allowed(idOf(request.claimToken()), validUntil)
            : new ClaimAnswer.Denied(refusal));
  }

  @Override
  public Uni<ProvisionReply> provision(ProvisionRequest request) {
    requests.add(request);
    return waiting(reply);
  }

  private <T> Uni<T> waiting(T answer) {
    return holds
        ? Uni.createFrom()
            .emitter(
                asking -> {
                  held.add(() -> asking.complete(answer));
                  if (!holds) {
                    // They were let go meanwhile.
                    drain();
                  }
                })
        : Uni.createFrom()
            .item(
                () -> {
                  if (away) {
                    throw new IllegalStateException("away");
                  }
                  return answer;
                });
  }
}
