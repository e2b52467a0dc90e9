package io.muster.benchmarks.firmware;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * HTTP/1.1 over one connection with as little work as it takes: bodies are counted and dropped, so
 * that the load generator leaves the machine to the servers. Not thread-safe.
 */
final class PlainConnection implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final Pattern LENGTH =
      Pattern.compile("^content-length:\\s*(\\d+)\\s*$", Pattern.MULTILINE);

  private final SocketChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  PlainConnection(int port) throws IOException {
    this.channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    buffer.limit(0);
  }

  /** The bytes of a request without a body. */
  static byte[] get(String path, String authorization) {
    var head = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n";
    var proof = authorization == null ? "" : "Authorization: " + authorization + "\r\n";
    return (head + proof + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @return how many bytes its body has
   * @throws IOException when the connection breaks or the status is another one
   */
  long ask(byte[] request, int status) throws IOException {
    var out = ByteBuffer.wrap(request);
    while (out.hasRemaining()) {
      channel.write(out);
    }
    var head = head();
    if (!head.startsWith("http/1.1 " + status)) {
      throw new IOException("answered " + head.lines().findFirst().orElse("nothing"));
    }
    var length = LENGTH.matcher(head);
    if (!length.find()) {
      throw new IOException("an answer without a length");
    }
    var bytes = Long.parseLong(length.group(1));
    drop(bytes);
    return bytes;
  }

  private String head() throws IOException {
    var head = new StringBuilder();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      if (!buffer.hasRemaining()) {
        fill();
      }
      head.append((char) buffer.get());
    }
    return head.toString().toLowerCase(Locale.ROOT);
  }

  private void drop(long bytes) throws IOException {
    var left = bytes;
    while (left > 0) {
      if (!buffer.hasRemaining()) {
        fill();
      }
      var here = (int) Math.min(left, buffer.remaining());
      buffer.position(buffer.position() + here);
      left -= here;
    }
  }

  private void fill() throws IOException {
    buffer.clear();
    if (channel.read(buffer) < 0) {
      throw new IOException("the server hung up");
    }
    buffer.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
