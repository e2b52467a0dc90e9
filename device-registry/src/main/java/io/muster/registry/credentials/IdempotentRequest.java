package io.muster.registry.credentials;

import java.util.UUID;

/**
 * A request that was made before under the same {@link IdempotencyKey}. It never holds a secret.
 *
 * @param requestSha256 of what was asked for
 * @param credential what it led to; may have been revoked since
 */
record IdempotentRequest(byte[] requestSha256, UUID credential) {}
