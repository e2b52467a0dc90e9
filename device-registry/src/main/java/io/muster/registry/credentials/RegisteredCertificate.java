package io.muster.registry.credentials;

import java.time.Instant;

/**
 * What is kept of a device's certificate. It proves nothing by itself: TLS shows that a client
 * holds its key.
 *
 * @param sha256 of its DER, its fingerprint
 * @param subject for people to read (RFC 2253)
 * @param notBefore from when it holds
 * @param notAfter until when
 */
record RegisteredCertificate(byte[] sha256, String subject, Instant notBefore, Instant notAfter) {}
