package io.muster.ingest.endpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.muster.ingest.endpoint.packets.Choices;
import io.muster.ingest.endpoint.packets.GeneratedPackets;
import io.muster.ingest.endpoint.packets.GeneratedPackets.Words;
import io.muster.ingest.endpoint.packets.WireBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many clients at once that say what {@link GeneratedPackets} make, in pieces, and read or do not,
 * and go with or without a word. Plain Java on sockets, so that it can be let loose on any process.
 * Each of them is told by its seed alone.
 */
public final class HostileCrowd {
  private static final int MOST_CHOICES = 600;
  private static final int PATIENCE_MILLIS = 3_000;
  private static final long MOST_MINUTES = 10;
  private static final String UPGRADE =
      "GET /mqtt HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Protocol: mqtt\r\n\r\n";

  private final List<Words> words;
  private final Callable<Socket> connector;
  private final boolean webSocket;
  private final AtomicInteger heard = new AtomicInteger();

  /**
   * @param words of the devices whose names they bear; several, since one may not connect so often
   * @param connector opens a socket, with TLS where it is to be
   * @param webSocket whether MQTT goes in frames
   */
  public HostileCrowd(List<Words> words, Callable<Socket> connector, boolean webSocket) {
    this.words = words;
    this.connector = connector;
    this.webSocket = webSocket;
  }

  /**
   * Lets so many clients come, and waits until the last has gone.
   *
   * @param atOnce how many at most at a time
   * @return how many of them heard something
   * @throws IllegalStateException when one of them does not end
   */
  public int run(long firstSeed, int clients, int atOnce) throws InterruptedException {
    heard.set(0);
    var places = new Semaphore(atOnce);
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    for (int i = 0; i < clients; i++) {
      var seed = firstSeed + i;
      places.acquire();
      threads.execute(
          () -> {
            try {
              live(new Random(seed));
            } finally {
              places.release();
            }
          });
    }
    threads.shutdown();
    if (!threads.awaitTermination(MOST_MINUTES, TimeUnit.MINUTES)) {
      threads.shutdownNow();
      throw new IllegalStateException("hostile clients that do not end");
    }
    return heard.get();
  }

  private void live(Random random) {
    try (var socket = connector.call()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      var choices = Choices.drawn(random, random.nextInt(MOST_CHOICES));
      if (webSocket) {
        socket.getOutputStream().write(UPGRADE.getBytes(US_ASCII));
        hearUpgrade(socket);
      }
      say(socket, stream(choices), choices, random);
      part(socket, random);
    } catch (IOException closedByServer) {
      // That is what it deserves.
      return;
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }

  private void hearUpgrade(Socket socket) throws IOException {
    var in = socket.getInputStream();
    for (int newLines = 0; newLines < 2; ) {
      var next = in.read();
      if (next < 0) {
        throw new IOException("refused");
      }
      newLines = next == '\n' ? newLines + 1 : next == '\r' ? newLines : 0;
    }
  }

  private byte[] stream(Choices choices) {
    var packets = new GeneratedPackets(choices, words.get(choices.below(words.size())));
    var five = choices.below(2) == 0;
    var out = new ByteArrayOutputStream();
    switch (choices.below(8)) {
      case 0 -> out.writeBytes(packets.noise());
      case 1, 2, 3 -> out.writeBytes(packets.connect(five).bytes());
      default -> out.writeBytes(packets.honestConnect(five));
    }
    while (choices.areLeft()) {
      out.writeBytes(packets.next(five).bytes());
    }
    return out.toByteArray();
  }

  private void say(Socket socket, byte[] stream, Choices choices, Random random)
      throws IOException {
    var out = socket.getOutputStream();
    for (int at = 0; at < stream.length; ) {
      var most = random.nextInt(3) == 0 ? 16 : 8_000;
      var end = Math.min(stream.length, at + 1 + random.nextInt(most));
      var piece = Arrays.copyOfRange(stream, at, end);
      out.write(webSocket ? frame(piece, random) : piece);
      at = end;
    }
  }

  /** Sometimes one that is none. */
  private static byte[] frame(byte[] payload, Random random) {
    var first = random.nextInt(60) == 0 ? random.nextInt(256) : 0x82;
    var mask = random.nextInt(60) == 0 ? 0 : 0x80;
    var length =
        payload.length < 126
            ? new byte[] {(byte) (mask | payload.length)}
            : new byte[] {(byte) (mask | 126), (byte) (payload.length >> 8), (byte) payload.length};
    return WireBytes.joined(new byte[] {(byte) first}, length, new byte[4], payload);
  }

  /** Goes at once, resets, or hears first what there is to hear. */
  private void part(Socket socket, Random random) throws IOException {
    switch (random.nextInt(4)) {
      case 0 -> {}
      case 1 -> socket.setSoLinger(true, 0);
      default -> {
        if (socket.getInputStream().read(new byte[4_096]) > 0) {
          heard.incrementAndGet();
        }
      }
    }
  }
}
