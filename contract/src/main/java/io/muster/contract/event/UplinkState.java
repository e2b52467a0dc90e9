package io.muster.contract.event;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;

/**
 * How far a hub has come with the log of an edge: the answer to an {@link UplinkBatch}.
 *
 * @param log the identity of that log; null when the hub has nothing of the site
 * @param position the last entry that it has; 0 for none
 * @param lastId the id of that entry; null when the hub does not know it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record UplinkState(UUID log, long position, UUID lastId) {}
