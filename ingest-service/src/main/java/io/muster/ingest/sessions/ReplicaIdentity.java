package io.muster.ingest.sessions;

import java.util.UUID;

/**
 * Which replica this is.
 *
 * @param name readable, given by whoever runs it; not necessarily unique
 * @param bootId drawn at this start; a new one means that all connections of the old have ended
 */
public record ReplicaIdentity(String name, UUID bootId) {}
