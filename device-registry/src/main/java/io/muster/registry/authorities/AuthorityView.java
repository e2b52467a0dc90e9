package io.muster.registry.authorities;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A certificate authority as it is shown.
 *
 * @param state {@code pending}: nobody has shown yet that he holds its key; {@code active}: it
 *     vouches for devices
 * @param code what the proving certificate must be about, while it is pending
 * @param codeUntil until when
 * @param autoProvisioning whether devices that it vouches for are created when they first connect
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "CertificateAuthority")
record AuthorityView(
    UUID id,
    String name,
    String subject,
    @Schema(enumeration = {"pending", "active"}) String state,
    @Schema(description = "The common name of the certificate that proves the key's possession")
        String code,
    Instant codeUntil,
    boolean autoProvisioning,
    Instant notBefore,
    Instant notAfter,
    Instant createdAt,
    Instant provenAt) {}
