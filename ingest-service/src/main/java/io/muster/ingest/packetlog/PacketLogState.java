package io.muster.ingest.packetlog;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.muster.ingest.endpoint.packetlog.PacketEntry;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A device's packet log, as it is shown.
 *
 * @param device whose
 * @param on whether packets are being written down
 * @param payloads whether the first bytes of payloads are shown
 * @param since when it was last switched on; null when nothing is left of it
 * @param until when it ends, or ended, by itself
 * @param entries the last ones that this replica heard of, the oldest first
 */
@RegisterForReflection(targets = {PacketLogState.class, PacketEntry.class})
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(name = "PacketLog")
public record PacketLogState(
    String device,
    boolean on,
    boolean payloads,
    Instant since,
    Instant until,
    List<PacketEntry> entries) {}
