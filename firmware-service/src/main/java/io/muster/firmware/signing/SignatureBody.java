package io.muster.firmware.signing;

import jakarta.validation.constraints.NotNull;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A signature that somebody hands in.
 *
 * @param signingKey the id of a key of the tenant
 * @param signature over the artifact's SHA-256, in Base64
 */
@Schema(name = "SignatureInput")
record SignatureBody(@NotNull UUID signingKey, @NotNull String signature) {}
