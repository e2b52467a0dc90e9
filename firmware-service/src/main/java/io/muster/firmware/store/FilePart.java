package io.muster.firmware.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Bytes of a file from one on, as many as were asked for. Not thread-safe. */
final class FilePart extends InputStream {
  private final FileChannel file;
  private long next;
  private long left;

  FilePart(Path path, long first, long count) throws IOException {
    this.file = FileChannel.open(path, StandardOpenOption.READ);
    this.next = first;
    this.left = count;
  }

  @Override
  public int read() throws IOException {
    var one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (left == 0) {
      return -1;
    }
    if (length == 0) {
      return 0;
    }
    var read = file.read(ByteBuffer.wrap(buffer, offset, (int) Math.min(length, left)), next);
    if (read < 0) {
      throw new IOException("the file is shorter than it was");
    }
    next += read;
    left -= read;
    return read;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
