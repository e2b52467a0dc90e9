package io.muster.registry.bulk;

import io.restassured.RestAssured;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends a body bit by bit, and reads when it likes. */
final class RawImport implements AutoCloseable {
  private static final int SMALL_BUFFER = 8_192;

  private final Socket socket = new Socket();

  RawImport(String token, String tenant, String key) throws IOException {
    this(token, tenant, key, Import.NDJSON);
  }

  RawImport(String token, String tenant, String key, String type) throws IOException {
    // Before the connection: the window of TCP goes by it.
    socket.setReceiveBufferSize(SMALL_BUFFER);
    socket.setSoTimeout(60_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), RestAssured.port));
    write(
        "POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\n"
                .formatted(Import.path(tenant), token, type)
            + (key == null ? "" : "Idempotency-Key: " + key + "\r\n")
            + "Transfer-Encoding: chunked\r\n\r\n");
  }

  /** Sends a part of the body. */
  void send(String part) throws IOException {
    if (!part.isEmpty()) {
      var bytes = part.getBytes(StandardCharsets.UTF_8).length;
      write(Integer.toHexString(bytes) + "\r\n" + part + "\r\n");
    }
  }

  /** Says that the body is whole. */
  void end() throws IOException {
    write("0\r\n\r\n");
  }

  /** Reads the answer to its end. */
  Import answer() throws IOException {
    var stream = new BufferedInputStream(socket.getInputStream());
    var head = new StringBuilder();
    for (var line = line(stream); !line.isEmpty(); line = line(stream)) {
      head.append(line).append('\n');
    }
    if (!head.toString().startsWith("HTTP/1.1 200")) {
      throw new AssertionError(head);
    }
    var body = new ByteArrayOutputStream();
    while (true) {
      var size = Integer.parseInt(line(stream), 16);
      body.write(stream.readNBytes(size));
      line(stream);
      if (size == 0) {
        return Import.read(body.toString(StandardCharsets.UTF_8));
      }
    }
  }

  private static String line(InputStream stream) throws IOException {
    var line = new StringBuilder();
    for (var c = stream.read(); c != '\n'; c = stream.read()) {
      if (c < 0) {
        throw new IOException("the answer broke off");
      }
      line.append((char) c);
    }
    return line.toString().strip();
  }

  private void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  /** Hangs up without a word. */
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
