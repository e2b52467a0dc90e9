package io.muster.ingest.sessions;

import io.muster.contract.id.ClientIdentifier;

/**
 * A connection that wants a session.
 *
 * @param connectionId unique within this start of this replica
 * @param cleanStart whether what was before is to be forgotten
 * @param expirySeconds how long the session outlives its connection
 * @param will or null
 */
public record SessionClaim(
    ClientIdentifier client,
    long connectionId,
    boolean cleanStart,
    long expirySeconds,
    StoredWill will) {}
