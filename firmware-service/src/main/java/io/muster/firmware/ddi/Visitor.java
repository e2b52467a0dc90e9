package io.muster.firmware.ddi;

import io.muster.contract.registry.CredentialProof;
import java.util.Optional;

/**
 * Who asks, as far as the connection tells.
 *
 * @param address from where; a trusted proxy's word counts
 * @param certificate that it showed in its TLS handshake, with us or with a trusted proxy
 */
record Visitor(String address, Optional<CredentialProof.Certificate> certificate) {}
