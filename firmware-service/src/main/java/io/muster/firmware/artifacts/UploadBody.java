package io.muster.firmware.artifacts;

import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * An upload that somebody begins.
 *
 * @param filename of the artifact
 * @param sizeBytes how many bytes will come, one at least; more are refused, and fewer cannot be
 *     completed
 * @param sha256 what they will be
 */
@Schema(name = "UploadInput", requiredProperties = "filename")
record UploadBody(String filename, @Min(1) Long sizeBytes, String sha256) {}
