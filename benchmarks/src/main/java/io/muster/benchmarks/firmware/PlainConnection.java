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
 * HTTP/1.1 over one connection with as little work as it takes, so that the load generator leaves
 * the machine to the servers. Not thread-safe.
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

  /** The bytes of a request with JSON. */
  static byte[] post(String path, String authorization, String json) {
    var body = json.getBytes(StandardCharsets.UTF_8);
    var head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nAuthorization: %s\r\n"
                .formatted(path, authorization)
            + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n".formatted(body.length);
    return (head + json).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Sends a request and reads the whole answer.
   *
   * @return how many bytes its body has
   * @throws IOException when the connection breaks or the status is another one
   */
  long ask(byte[] request, int status) throws IOException {
    var bytes = begin(request, status);
    drop(bytes);
    return bytes;
  }

  /** The same; gives the body, which is short. */
  String text(byte[] request, int status) throws IOException {
    var body = new byte[Math.toIntExact(begin(request, status))];
    for (var at = 0; at < body.length; ) {
      if (!buffer.hasRemaining()) {
        fill();
      }
      var here = Math.min(body.length - at, buffer.remaining());
      buffer.get(body, at, here);
      at += here;
    }
    return new String(body, StandardCharsets.UTF_8);
  }

  /** Gives how many bytes of a body follow. */
  private long begin(byte[] request, int status) throws IOException {
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
    return Long.parseLong(length.group(1));
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
