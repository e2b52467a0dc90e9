package io.muster.firmware.ddi;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A download by hand: how much is taken, and when, is the test's choice. */
final class RawDownload {
  static final int PIECE_BYTES = 64 * 1024;

  private static final int PATIENCE_MILLIS = 60_000;

  private RawDownload() {}

  /** Its window is small, so that what it does not take stays with the service. */
  static Socket connect(int port) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(PIECE_BYTES);
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(new InetSocketAddress("127.0.0.1", port));
    return socket;
  }

  /** Asks for the first bytes of it. */
  static void ask(Socket socket, String path, String token, int bytes) throws IOException {
    var request =
        """
        GET %s HTTP/1.1\r
        Host: localhost\r
        Authorization: TargetToken %s\r
        Range: bytes=0-%d\r
        \r
        """
            .formatted(path, token, bytes - 1);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /** Of the answer, byte by byte, since the bytes of the file come after it. */
  static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      var next = in.read();
      if (next < 0) {
        throw new IOException("it ended after " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }
}
