package io.muster.rest.problem;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A body of which no more than a number of bytes is read. Not thread-safe. */
final class BoundedBody extends FilterInputStream {
  private final long most;
  private long left;

  BoundedBody(InputStream body, long most) {
    super(body);
    this.most = most;
    this.left = most;
  }

  @Override
  public int read() throws IOException {
    var read = in.read();
    count(read < 0 ? 0 : 1);
    return read;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    var read = in.read(into, offset, length);
    count(Math.max(0, read));
    return read;
  }

  @Override
  public long skip(long count) throws IOException {
    var skipped = in.skip(count);
    count(skipped);
    return skipped;
  }

  /** What was read cannot be counted anew. */
  @Override
  public boolean markSupported() {
    return false;
  }

  /**
   * Leaves the body open. Whoever reads JSON closes it, also in the midst, and the server's would
   * then wait for all of the rest, however much that is; {@link Leftover} sees to that.
   */
  @Override
  public void close() {}

  /**
   * Lets go of what was not read.
   *
   * @throws BodyTooLongException when that is too much
   */
  void readToTheEnd() throws BodyTooLongException {
    if (left < 0) {
      return;
    }
    try {
      transferTo(OutputStream.nullOutputStream());
    } catch (BodyTooLongException tooLong) {
      throw tooLong;
    } catch (IOException brokenOff) {
      // Nobody is there any more to be told that it was too long.
    }
  }

  private void count(long bytes) throws BodyTooLongException {
    left -= bytes;
    if (left < 0) {
      throw new BodyTooLongException(most);
    }
  }
}
