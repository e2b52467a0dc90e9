package io.muster.contract.registry;

import io.muster.contract.id.DeviceAddress;

/**
 * {@code POST /internal/v1/credentials/verify}: may this client connect?
 *
 * @param device who it says it is; null when a certificate alone has to tell, and the answer names
 *     whose it is
 * @param proof what it shows for it
 * @param remoteAddress from where, for the audit; may be null
 */
public record VerifyRequest(DeviceAddress device, CredentialProof proof, String remoteAddress) {}
