package io.muster.firmware.manifest;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The next key for manifests.
 *
 * @param signsFrom null: when it has been published for as long as is configured
 * @param previousUntil null: when it has signed for as long as is configured
 */
@Schema(name = "ManifestKeyInput")
record ManifestKeyBody(
    @Schema(description = "From when it signs; published at once") Instant signsFrom,
    @Schema(description = "Until when the keys before it are published") Instant previousUntil) {}
