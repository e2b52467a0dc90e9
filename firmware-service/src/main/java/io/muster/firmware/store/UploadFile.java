package io.muster.firmware.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file of an upload, held against every other writer of any process. The kernel gives the lock
 * up when the process ends, however it ends.
 */
final class UploadFile implements AutoCloseable {

  private static final int BUFFER_BYTES = 64 * 1024;

  /** How often the free space is asked for, in bytes written. */
  private static final long SPACE_CHECK_BYTES = 16L * 1024 * 1024;

  private final FileChannel channel;

  private UploadFile(FileChannel channel) {
    this.channel = channel;
  }

  static UploadFile lock(UploadId upload, Path path) throws IOException {
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      throw new StoreException.NoUpload(upload);
    }
    try {
      if (channel.tryLock() == null) {
        throw new StoreException.Busy(upload);
      }
      // Completed or discarded by another one between our opening and our lock: this would write
      // into a finished object.
      if (!Files.exists(path)) {
        throw new StoreException.NoUpload(upload);
      }
      return new UploadFile(channel);
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new StoreException.Busy(upload);
    } catch (IOException | StoreException e) {
      channel.close();
      throw e;
    }
  }

  long sizeBytes() throws IOException {
    return channel.size();
  }

  void force() throws IOException {
    channel.force(true);
  }

  /** Reads the whole file once. */
  RunningDigests digest() throws IOException {
    RunningDigests digests = new RunningDigests();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    channel.position(0);
    while (channel.read(buffer) >= 0) {
      digests.update(buffer.flip());
      buffer.clear();
    }
    return digests;
  }

  void append(InputStream bytes, RunningDigests digests, long limitBytes, SpaceCheck space)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    long size = channel.size();
    long nextCheck = size;
    channel.position(size);
    for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
      if (size >= nextCheck) {
        space.refuseWhenFull();
        nextCheck = size + SPACE_CHECK_BYTES;
      }
      int allowed = (int) Math.min(read, limitBytes - size);
      write(ByteBuffer.wrap(buffer, 0, Math.max(0, allowed)), digests);
      size += Math.max(0, allowed);
      if (allowed < read) {
        throw new StoreException.TooLarge(limitBytes);
      }
    }
  }

  /**
   * Written first: digests that know less than the file are noticed and made anew, the reverse
   * would not be.
   */
  private void write(ByteBuffer bytes, RunningDigests digests) throws IOException {
    ByteBuffer again = bytes.duplicate();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    digests.update(again);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Fails when too little space is left. */
  interface SpaceCheck {
    void refuseWhenFull() throws IOException;
  }
}
