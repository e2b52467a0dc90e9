package io.muster.firmware.signing;

import java.time.Instant;
import java.util.UUID;

/**
 * A key that a tenant signs with.
 *
 * @param key inside of this service
 * @param publicKey its public half
 */
record SigningKey(
    long key, UUID id, String name, VerifyingKey publicKey, Instant createdAt, String createdBy) {}
