package io.muster.firmware.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Predicate;

/** Removes from a directory what a crash or a client that went away left there. */
final class FileSweep {

  private final Path uploads;
  private final Path objects;
  private final MoveLock moves;
  private final Discard discard;

  FileSweep(Path uploads, Path objects, MoveLock moves, Discard discard) {
    this.uploads = uploads;
    this.objects = objects;
    this.moves = moves;
    this.discard = discard;
  }

  ArtifactStore.Sweep remove(Instant before, Predicate<Sha256> known) throws IOException {
    return new ArtifactStore.Sweep(removeUploads(before), removeObjects(before, known));
  }

  private int removeUploads(Instant before) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(uploads, f -> isOlder(f, before))) {
      for (Path file : files) {
        removed += discarded(file);
      }
    }
    return removed;
  }

  private int discarded(Path file) throws IOException {
    try {
      discard.discard(new UploadId(file.getFileName().toString()));
      return 1;
    } catch (StoreException.Busy | IllegalArgumentException e) {
      // Somebody writes again; or it is no file of ours, and a sweep removes nothing that it does
      // not know.
      return 0;
    }
  }

  private int removeObjects(Instant before, Predicate<Sha256> known) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> shelves = Files.newDirectoryStream(objects, Files::isDirectory)) {
      for (Path shelf : shelves) {
        removed += removeFromShelf(shelf, before, known);
      }
    }
    return removed;
  }

  private int removeFromShelf(Path shelf, Instant before, Predicate<Sha256> known)
      throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(shelf, f -> isOlder(f, before))) {
      for (Path file : files) {
        if (isUnknown(shelf, file, known) && removeIfStillOld(file, before)) {
          removed++;
        }
      }
    }
    return removed;
  }

  /** The same bytes may have been stored anew since the question whether anybody knows them. */
  private boolean removeIfStillOld(Path file, Instant before) throws IOException {
    return moves.hold(() -> isOlder(file, before) && Files.deleteIfExists(file));
  }

  private static boolean isUnknown(Path shelf, Path file, Predicate<Sha256> known) {
    try {
      return !known.test(new Sha256(shelf.getFileName().toString() + file.getFileName()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isOlder(Path file, Instant before) throws IOException {
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(before);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Removes an upload unless somebody writes it. */
  interface Discard {
    void discard(UploadId upload) throws IOException;
  }
}
