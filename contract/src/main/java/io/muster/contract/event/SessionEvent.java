package io.muster.contract.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/**
 * What ingest tells about a device's connection: the {@code data} of {@code
 * platform/ingest/session/connected|disconnected/{tenant}/{device}}.
 *
 * @param replica which endpoint holds or held it
 * @param bootId drawn at that endpoint's start; a new one ends all connections of the old
 * @param connectionId unique within the boot
 * @param epoch grows with every CONNECT of the client identifier, over all replicas
 * @param clientIdentifier as in CONNECT
 * @param at when it happened
 * @param reason why it ended, in a word or a few ({@code client}, {@code keep-alive}, {@code
 *     taken-over}, …); null when it began
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SessionEvent(
    String replica,
    String bootId,
    long connectionId,
    long epoch,
    String clientIdentifier,
    Instant at,
    String reason) {}
