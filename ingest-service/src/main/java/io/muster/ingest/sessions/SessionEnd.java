package io.muster.ingest.sessions;

import io.muster.contract.id.ClientIdentifier;

/**
 * A connection has ended.
 *
 * @param epoch of that connection
 * @param expirySeconds how long the session is kept from now on; 0 ends it
 * @param publishesWill whether its will is due after its delay, or forgotten
 */
public record SessionEnd(
    ClientIdentifier client, long epoch, long expirySeconds, boolean publishesWill) {}
