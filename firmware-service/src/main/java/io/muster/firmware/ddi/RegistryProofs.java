package io.muster.firmware.ddi;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.CredentialProof;
import io.muster.contract.registry.DeviceScope;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.firmware.neighbours.Neighbours;
import io.muster.firmware.targets.Withdrawal;
import io.muster.rest.answers.AnswerCache;
import io.muster.rest.answers.ProofKey;
import io.muster.rest.answers.Withdrawals;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.problem.Refusal;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether a device's own token or certificate holds, as the registry says. A yes is remembered for
 * a minute, or for an hour while the registry is away, never longer than the proof lasts, and until
 * the registry says that a credential is withdrawn; of a no {@link Strangers} keeps a digest. Those
 * who show the same at the same time cost one question. Waits; thread-safe.
 */
@Startup
@ApplicationScoped
class RegistryProofs {
  private static final int MAX_TOKEN_CHARACTERS = 8_192;

  private final Neighbours neighbours;
  private final ProofsConfig config;
  private final Withdrawals withdrawals;
  private final ProofKey.Maker keys = new ProofKey.Maker();
  private final AnswerCache<ProofKey, Verified> answers;
  private final Counter questions;

  /** What the registry says of a proof. */
  enum Word {
    HOLDS,
    /** It holds, and its device or tenant is switched off. */
    KEPT_OUT,
    REFUSED
  }

  /**
   * @param device who somebody says it is
   * @param validUntil the proof's end, or null
   */
  private record Verified(DeviceAddress device, Word word, Instant validUntil) {}

  /** Only words that take something back are heard here, and each of all of the device's proofs. */
  private record Told(Withdrawals withdrawals) implements AnswerCache.Words<Verified> {
    @Override
    public boolean areSilent(Verified verified, long askedAtNanos) {
      return withdrawals.areSilent(verified.device, askedAtNanos);
    }

    @Override
    public boolean allow(Verified verified, long asOfNanos) {
      return areSilent(verified, asOfNanos);
    }

    @Override
    public Verified amend(Verified verified, long askedAtNanos) {
      return verified;
    }
  }

  RegistryProofs(
      Neighbours neighbours, DdiConfig config, MeterRegistry meters, Clock clock, Ticker ticker) {
    this.neighbours = neighbours;
    this.config = config.ddi().proofs();
    this.withdrawals =
        new Withdrawals(
            this.config.staleFor().plus(this.config.freshFor()), this.config.remembered(), ticker);
    this.answers =
        new AnswerCache<>(
            new AnswerCache.Settings<>(
                "credential",
                this.config.remembered(),
                it -> servesFor(it, this.config.freshFor()),
                it -> servesFor(it, this.config.staleFor()),
                Verified::validUntil,
                it -> it.word == Word.HOLDS,
                this.config.recheckAfter()),
            clock,
            ticker,
            new Told(withdrawals),
            new Uses(counter(meters, "remembered"), counter(meters, "stale")));
    this.questions = counter(meters, "asked");
  }

  private static Counter counter(MeterRegistry meters, String answer) {
    return Counter.builder("muster.firmware.device.answers")
        .tag("answer", answer)
        .description("Tokens and certificates of devices, by who said whether they hold")
        .register(meters);
  }

  private record Uses(Counter remembered, Counter stale) implements AnswerCache.Uses {
    @Override
    public void cacheHit(String kind) {
      remembered.increment();
    }

    @Override
    public void staleAnswer(String kind) {
      stale.increment();
    }
  }

  /** Of a token (JWT). */
  Word of(DeviceAddress device, String token, String address) {
    return token.length() <= MAX_TOKEN_CHARACTERS
        ? of(device, new CredentialProof.Token(token), address)
        : Word.REFUSED;
  }

  /** Of a certificate that TLS has shown to be the client's. */
  Word of(DeviceAddress device, CredentialProof.Certificate shown, String address) {
    return of(device, (CredentialProof) shown, address);
  }

  /** The registry withdrew something: answers from before are not believed any more. */
  void withdrawn(@Observes Withdrawal withdrawal) {
    switch (withdrawal) {
      case Withdrawal.OfDevice(var device) -> withdrawals.withdraw(device);
      case Withdrawal.OfTenant(var tenant) -> withdrawals.withdraw(tenant);
      case Withdrawal.OfEverybody _ -> withdrawals.withdrawAll();
    }
  }

  /** It withdrew nothing else: what is remembered is as good as if it had been asked just then. */
  void upToDate(@Observes Withdrawal.UpToDate read) {
    answers.confirm(read.asOfNanos());
  }

  private Word of(DeviceAddress device, CredentialProof proof, String address) {
    try {
      return answers
          .get(keys.of(device, proof), () -> ask(device, proof, address))
          .await()
          .indefinitely()
          .word();
    } catch (NeighbourAwayException | AnswerCache.UnsettledException away) {
      throw new Refusal.Unavailable("The registry does not say whether the proof holds")
          .asException();
    }
  }

  /** A token may be for less than this; who asks says that it looks at that. */
  private Uni<Verified> ask(DeviceAddress device, CredentialProof proof, String address) {
    questions.increment();
    return neighbours
        .verify(new VerifyRequest(device, proof, address, true))
        .map(answer -> verified(device, answer));
  }

  private static Verified verified(DeviceAddress device, VerifyAnswer answer) {
    return switch (answer) {
      case VerifyAnswer.Allowed it when it.device().equals(device) && isForFirmware(it.token()) ->
          new Verified(device, Word.HOLDS, it.validUntil());
      case VerifyAnswer.Allowed _ -> new Verified(device, Word.REFUSED, null);
      case VerifyAnswer.Denied(var reason) -> new Verified(device, word(reason), null);
    };
  }

  private static Word word(VerifyAnswer.Reason reason) {
    return reason == VerifyAnswer.Reason.DEVICE_DISABLED
            || reason == VerifyAnswer.Reason.TENANT_SUSPENDED
        ? Word.KEPT_OUT
        : Word.REFUSED;
  }

  private static boolean isForFirmware(VerifyAnswer.IssuedToken token) {
    return token == null || token.scopes().contains(DeviceScope.FIRMWARE_READ);
  }

  private Duration servesFor(Verified verified, Duration whenItHolds) {
    return switch (verified.word) {
      case HOLDS -> whenItHolds;
      case KEPT_OUT -> config.refusedFor();
      case REFUSED -> Duration.ZERO;
    };
  }
}
