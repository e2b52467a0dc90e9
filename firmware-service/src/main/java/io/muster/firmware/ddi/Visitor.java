package io.muster.firmware.ddi;

import io.muster.contract.registry.CredentialProof;
import io.muster.rest.bans.Network;
import java.util.Optional;

/**
 * Who asks, as far as the connection tells.
 *
 * @param address from where; a trusted proxy's word counts
 * @param origin the same, for bans; unknown when a trusted proxy does not say who is behind it,
 *     since all its devices would pay for one
 * @param certificate that it showed in its TLS handshake, with us or with a trusted proxy
 */
record Visitor(String address, Network origin, Optional<CredentialProof.Certificate> certificate) {}
