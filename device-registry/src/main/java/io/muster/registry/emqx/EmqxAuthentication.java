package io.muster.registry.emqx;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyAnswer.Allowed;
import io.muster.contract.registry.VerifyRequest;
import io.muster.registry.verification.Verification;
import io.muster.registry.verification.VerificationRecord;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;

/** Answers whether a client of EMQX may connect. Thread-safe. */
@ApplicationScoped
class EmqxAuthentication {
  private final Verification verification;
  private final VerificationRecord record;
  private final EmqxConfig config;
  private final Clock clock;
  private final Remembered<String, Allowed> remembered;

  EmqxAuthentication(
      Verification verification, VerificationRecord record, EmqxConfig config, Clock clock) {
    this.verification = verification;
    this.record = record;
    this.config = config;
    this.clock = clock;
    this.remembered = new Remembered<>(config.answers(), config.answersKept(), clock);
  }

  /** Fails only when the database does. */
  Uni<AuthnAnswer> answer(JsonNode body) {
    var client = EmqxClient.read(body);
    var address = EmqxText.text(body, "peerhost").orElse(null);
    if (client.isEmpty()) {
      record.noteStranger(address);
      return Uni.createFrom().item(AuthnAnswer.DENY);
    }
    return verify(client.get(), address).map(answer -> answer(client.get(), answer));
  }

  private Uni<VerifyAnswer> verify(EmqxClient client, String address) {
    var key = key(client);
    var known = remembered.get(key);
    if (known.isPresent()) {
      return Uni.createFrom().item(known.get());
    }
    var asked = clock.instant();
    var request = new VerifyRequest(client.device(), client.proof(), address);
    return verification
        .verify(request)
        .invoke(answer -> record.note(request, answer))
        .invoke(
            answer -> {
              if (answer instanceof Allowed allowed) {
                remembered.put(key, allowed, asked);
              }
            });
  }

  private AuthnAnswer answer(EmqxClient client, VerifyAnswer answer) {
    return switch (answer) {
      case VerifyAnswer.Denied _ -> AuthnAnswer.DENY;
      case Allowed it -> allow(it, clock.instant());
    };
  }

  private AuthnAnswer allow(Allowed allowed, Instant now) {
    if (allowed.validUntil() != null && !allowed.validUntil().isAfter(now)) {
      return AuthnAnswer.DENY;
    }
    var device = allowed.device();
    return new AuthnAnswer(
        "allow",
        false,
        Map.of("tenant", device.tenant().value(), "device", device.device().value()),
        end(allowed, now).getEpochSecond(),
        config.sendRules() ? AclRule.of(device) : null);
  }

  /** Spread by the device, so that those that came together do not come again together. */
  private Instant end(Allowed allowed, Instant now) {
    var longest = config.authenticateAgainAfter().toMillis();
    var earlier = Math.floorMod(allowed.device().hashCode() * 0x9E3779B97F4A7C15L, longest / 10);
    var end = now.plusMillis(longest - earlier);
    return allowed.validUntil() != null && allowed.validUntil().isBefore(end)
        ? allowed.validUntil()
        : end;
  }

  /** Nothing that could be used to log in. */
  private static String key(EmqxClient client) {
    var proof =
        switch (client.proof()) {
          case CredentialProof.Secret it -> "s" + it.secret();
          case CredentialProof.Token it -> "t" + it.jwt();
          case CredentialProof.Certificate it -> "c" + it.chain().getFirst();
        };
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(client.device().userName().getBytes(StandardCharsets.UTF_8));
      sha256.update((byte) 0);
      return HexFormat.of().formatHex(sha256.digest(proof.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has SHA-256", missing);
    }
  }
}
