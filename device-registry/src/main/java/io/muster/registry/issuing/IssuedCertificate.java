package io.muster.registry.issuing;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A certificate that a device has got.
 *
 * @param credential the id of the credential that it is
 * @param certificate PEM
 * @param issuer the authority's own, PEM
 * @param notAfter until when it holds
 */
@RegisterForReflection
@Schema(name = "IssuedCertificate")
public record IssuedCertificate(
    UUID credential, String certificate, String issuer, Instant notAfter) {}
