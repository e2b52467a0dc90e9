package io.muster.ingest.deadletters;

import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A device in quarantine, as it is shown.
 *
 * @param device which
 * @param since when it was put there
 * @param reason of the dead letter that was one too many
 * @param refusedMessages how many messages that could not be understood were counted since
 */
@RegisterForReflection
@Schema(name = "QuarantinedDevice")
public record QuarantineItem(String device, Instant since, String reason, long refusedMessages) {}
