package io.muster.registry.provisioning;

import java.util.UUID;

/** How somebody refers to a claim token. */
sealed interface Claim {

  /** What its holder shows. */
  record Shown(String text) implements Claim {
    /** Never the token. */
    @Override
    public String toString() {
      return "Shown[…]";
    }
  }

  /** By its id, of a holder who has shown it to the endpoint. */
  record Known(UUID id) implements Claim {}
}
