package io.muster.firmware.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Bytes that are there.
 *
 * @param name their SHA-256
 * @param sizeBytes how many they are
 * @param file where the kernel can send them from without a copy; empty if they are in a bucket
 */
public record StoredObject(Sha256 name, long sizeBytes, Optional<Path> file) {}
