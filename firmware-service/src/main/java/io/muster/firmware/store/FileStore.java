package io.muster.firmware.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Artifacts in a directory: {@code uploads/<id>} grow, {@code objects/<2 digits>/<62 digits>} are
 * finished. An object appears by one atomic rename after its bytes are on the disk, so a file under
 * {@code objects} is whole or not there, whenever the process or the machine stops. Several
 * instances may share the directory if its file system has locks (a local one, NFS 4).
 */
public final class FileStore implements ArtifactStore {

  private final Path uploads;
  private final Path objects;
  private final long mustStayFreeBytes;
  private final Clock clock;
  private final MoveLock moves;
  private final KnownDigests digests = new KnownDigests(64);

  /**
   * @param root is made if it is not there
   * @param mustStayFreeBytes what uploads leave of the volume
   */
  public FileStore(Path root, long mustStayFreeBytes, Clock clock) throws IOException {
    this.uploads = Files.createDirectories(root.resolve("uploads"));
    this.objects = Files.createDirectories(root.resolve("objects"));
    this.moves = new MoveLock(root.resolve("moves.lock"));
    this.mustStayFreeBytes = mustStayFreeBytes;
    this.clock = clock;
  }

  @Override
  public void begin(UploadId upload) throws IOException {
    FileChannel.open(uploadFile(upload), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
        .close();
    sync(uploads);
  }

  @Override
  public long keptBytes(UploadId upload) throws IOException {
    try {
      return Files.size(uploadFile(upload));
    } catch (NoSuchFileException e) {
      throw new StoreException.NoUpload(upload);
    }
  }

  @Override
  public long append(UploadId upload, long offset, InputStream bytes, long limitBytes)
      throws IOException {
    try (UploadFile file = UploadFile.lock(upload, uploadFile(upload))) {
      if (file.sizeBytes() != offset) {
        throw new StoreException.WrongOffset(file.sizeBytes());
      }
      RunningDigests running = digests.take(upload, file);
      try {
        file.append(bytes, running, limitBytes, this::refuseWhenFull);
      } finally {
        file.force();
        digests.keep(upload, running);
      }
      return file.sizeBytes();
    }
  }

  @Override
  public Digests complete(UploadId upload, Optional<Sha256> announced, Verified verified)
      throws IOException {
    return complete(
        upload,
        announced,
        verified,
        (source, found) -> moves.hold(() -> store(source, objectFile(found.sha256()))));
  }

  /** Where a whole upload goes. */
  interface Destination {
    /** Takes the file away. */
    void take(Path upload, Digests found) throws IOException;
  }

  /** The same with another destination; when that fails the upload stays. */
  Digests complete(
      UploadId upload, Optional<Sha256> announced, Verified verified, Destination destination)
      throws IOException {
    Path source = uploadFile(upload);
    try (UploadFile file = UploadFile.lock(upload, source)) {
      Digests found = digests.take(upload, file).finish();
      if (announced.isPresent() && !announced.get().equals(found.sha256())) {
        Files.delete(source);
        throw new StoreException.OtherContent(announced.get(), found.sha256());
      }
      file.force();
      verified.accept(found);
      destination.take(source, found);
      return found;
    }
  }

  @Override
  public void discard(UploadId upload) throws IOException {
    try (UploadFile _ = UploadFile.lock(upload, uploadFile(upload))) {
      Files.deleteIfExists(uploadFile(upload));
      digests.forget(upload);
    } catch (StoreException.NoUpload e) {
      digests.forget(upload);
    }
  }

  @Override
  public Optional<StoredObject> find(Sha256 name) throws IOException {
    Path file = objectFile(name);
    try {
      return Optional.of(new StoredObject(name, Files.size(file), Optional.of(file)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public InputStream open(Sha256 name, long first, long count) throws IOException {
    return new FilePart(objectFile(name), first, count);
  }

  @Override
  public Sweep sweep(Instant before, Predicate<Sha256> known) throws IOException {
    return new FileSweep(uploads, objects, moves, this::discard).remove(before, known);
  }

  /**
   * The time of an object that was there already is renewed: a sweep between now and the caller's
   * commit must not take it.
   */
  private Path store(Path source, Path target) throws IOException {
    Files.createDirectories(target.getParent());
    Files.setLastModifiedTime(source, FileTime.from(clock.instant()));
    // Onto the same bytes, if they are there: one name has one content, and whoever reads the old
    // file goes on reading it.
    Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
    sync(target.getParent());
    sync(objects);
    sync(uploads);
    return target;
  }

  private void refuseWhenFull() throws IOException {
    long free = Files.getFileStore(uploads).getUsableSpace();
    if (free < mustStayFreeBytes) {
      throw new StoreException.Full(free);
    }
  }

  /** A rename is on the disk only when its directory is. */
  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private Path uploadFile(UploadId upload) {
    return uploads.resolve(upload.hex());
  }

  private Path objectFile(Sha256 name) {
    return objects.resolve(name.hex().substring(0, 2)).resolve(name.hex().substring(2));
  }
}
