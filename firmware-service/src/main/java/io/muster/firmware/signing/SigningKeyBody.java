package io.muster.firmware.signing;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A key that a tenant is to sign with.
 *
 * @param publicKey PEM: Ed25519, or ECDSA on P-256
 */
@Schema(name = "SigningKeyInput")
record SigningKeyBody(
    @NotNull @Pattern(
            regexp = "[A-Za-z0-9_+-][A-Za-z0-9 ._+-]{0,63}",
            message = "must be 1 to 64 letters, digits, spaces and ._+-")
        String name,
    @NotNull String publicKey) {}
