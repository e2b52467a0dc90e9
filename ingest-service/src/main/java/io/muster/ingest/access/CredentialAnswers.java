package io.muster.ingest.access;

import com.github.benmanes.caffeine.cache.Ticker;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.registry.VerifyAnswer;
import io.muster.contract.registry.VerifyRequest;
import io.muster.rest.answers.AnswerCache;
import io.muster.rest.answers.ProofKey;
import io.muster.rest.answers.Withdrawals;
import io.smallrye.mutiny.Uni;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** What the registry said about clients and what they showed. Thread-safe. */
final class CredentialAnswers {
  private final RegistryClient registry;
  private final AccessConfig config;
  private final AccessMetrics metrics;
  private final ProofKey.Maker keys = new ProofKey.Maker();
  private final AnswerCache<ProofKey, Verified> cache;

  /** An answer about a client, and who it said it is (or null). */
  private record Verified(DeviceAddress claimed, VerifyAnswer answer) {
    Instant validUntil() {
      return switch (answer) {
        case VerifyAnswer.Allowed allowed -> allowed.validUntil();
        case VerifyAnswer.Denied _ -> null;
      };
    }
  }

  /** A refusal gives nothing that could serve; any word of its device may have made it wrong. */
  private record Told(Withdrawals withdrawals) implements AnswerCache.Words<Verified> {
    @Override
    public boolean areSilent(Verified verified, long askedAtNanos) {
      return switch (verified.answer()) {
        case VerifyAnswer.Allowed allowed -> withdrawals.areSilent(allowed, askedAtNanos);
        case VerifyAnswer.Denied _ ->
            verified.claimed() == null || withdrawals.areSilent(verified.claimed(), askedAtNanos);
      };
    }

    @Override
    public boolean allow(Verified verified, long asOfNanos) {
      return switch (verified.answer()) {
        case VerifyAnswer.Allowed allowed -> withdrawals.allow(allowed, asOfNanos);
        case VerifyAnswer.Denied _ -> areSilent(verified, asOfNanos);
      };
    }

    @Override
    public Verified amend(Verified verified, long askedAtNanos) {
      return switch (verified.answer()) {
        case VerifyAnswer.Allowed allowed ->
            new Verified(verified.claimed(), withdrawals.withLimits(allowed, askedAtNanos));
        case VerifyAnswer.Denied _ -> verified;
      };
    }
  }

  CredentialAnswers(
      RegistryClient registry,
      AccessConfig config,
      AccessMetrics metrics,
      Withdrawals withdrawals,
      Clock clock,
      Ticker ticker) {
    this.registry = registry;
    this.config = config;
    this.metrics = metrics;
    this.cache =
        new AnswerCache<>(
            new AnswerCache.Settings<>(
                "credential",
                config.cachedCredentials(),
                verified -> servesFor(verified, config.freshFor()),
                verified -> servesFor(verified, config.staleFor()),
                Verified::validUntil,
                verified -> verified.answer() instanceof VerifyAnswer.Allowed,
                config.recheckAfter()),
            clock,
            ticker,
            new Told(withdrawals),
            metrics);
  }

  private Duration servesFor(Verified verified, Duration whenAllowed) {
    return switch (verified.answer()) {
      case VerifyAnswer.Allowed allowed -> whenAllowed;
      case VerifyAnswer.Denied denied -> config.refusedFor();
    };
  }

  /** Fails with {@link RegistryAwayException} when nobody can tell. */
  Uni<VerifyAnswer> get(VerifyRequest request) {
    return cache
        .get(keys.of(request.device(), request.proof()), () -> ask(request))
        .map(Verified::answer);
  }

  /** See {@link AnswerCache#confirm}. */
  void confirm(long asOfNanos) {
    cache.confirm(asOfNanos);
  }

  private Uni<Verified> ask(VerifyRequest request) {
    return metrics
        .timed("verify", () -> registry.verify(request))
        .map(answer -> new Verified(request.device(), answer));
  }
}
