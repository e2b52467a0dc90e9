package io.muster.firmware.targets;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A target token that somebody asks for.
 *
 * @param notBefore from when it holds; null: at once
 * @param notAfter until when; null: for ever
 */
@Schema(name = "TargetTokenInput")
record TargetTokenBody(Instant notBefore, Instant notAfter) {}
