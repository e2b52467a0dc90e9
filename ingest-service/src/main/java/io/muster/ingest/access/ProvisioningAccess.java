package io.muster.ingest.access;

import io.muster.contract.registry.ClaimAnswer;
import io.muster.contract.registry.ClaimRequest;
import io.muster.contract.registry.ProvisionReply;
import io.muster.contract.registry.ProvisionRequest;
import io.smallrye.mutiny.Uni;

/**
 * The registry, as far as devices need it that are nobody yet. Nothing is remembered: each question
 * is asked. Both fail when there is no answer that can be believed. Thread-safe.
 */
public interface ProvisioningAccess {
  /** For an endpoint that provisions nobody: the registry is always away. */
  ProvisioningAccess NONE =
      new ProvisioningAccess() {
        @Override
        public Uni<ClaimAnswer> claim(ClaimRequest request) {
          return Uni.createFrom().failure(new RegistryAwayException("nobody is provisioned here"));
        }

        @Override
        public Uni<ProvisionReply> provision(ProvisionRequest request) {
          return Uni.createFrom().failure(new RegistryAwayException("nobody is provisioned here"));
        }
      };

  /** Whether a claim token holds. */
  Uni<ClaimAnswer> claim(ClaimRequest request);

  /** What a device is to be told that asks for an identity; may be asked again. */
  Uni<ProvisionReply> provision(ProvisionRequest request);
}
