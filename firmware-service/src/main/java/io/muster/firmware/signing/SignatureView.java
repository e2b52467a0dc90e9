package io.muster.firmware.signing;

import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A signature of an artifact.
 *
 * @param signingKey the id of the key
 * @param signature over the artifact's SHA-256; Base64 in JSON
 */
@Schema(name = "Signature")
public record SignatureView(
    UUID signingKey,
    String keyName,
    String algorithm,
    byte[] signature,
    Instant createdAt,
    String createdBy) {}
