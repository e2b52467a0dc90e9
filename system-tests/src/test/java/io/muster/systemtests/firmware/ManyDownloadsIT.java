package io.muster.systemtests.firmware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.systemtests.clients.Trust;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Thousands of slow devices fetch an update at a time, from a service with its usual heap. */
@Tag("full")
@ExtendWith(SharedStack.class)
class ManyDownloadsIT {
  private static final int CLIENTS = 2_000;

  /** One may have sixteen downloads at once, and some of those before may not have ended yet. */
  private static final int DEVICES = CLIENTS / 10;

  private static final int FILE_BYTES = 1_000_000;
  private static final int PIECE_BYTES = 64 * 1024;
  private static final int PAUSE_MILLIS = 500;

  /** So many are let in at a time, as others wait for the database. */
  private static final int COMING_IN = 50;

  /** A tenth of what is on its way. */
  private static final long GROWTH_BYTES = (long) CLIENTS * FILE_BYTES / 10;

  private final RunningStack stack;
  private final byte[] bytes = new byte[FILE_BYTES];
  private final Semaphore comingIn = new Semaphore(COMING_IN);
  private final List<Update> updates = new ArrayList<>();

  /** What a device fetches, and with what. */
  private record Update(String path, String token) {}

  ManyDownloadsIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void giveDevicesAnUpdate() throws Exception {
    new Random(31).nextBytes(bytes);
    var tenant = stack.newTenant();
    var made = Updates.of(stack, stack.firmware(1), tenant);
    var release = made.released("1.0", "image.bin", bytes);
    for (var i = 0; i < DEVICES; i++) {
      var device = stack.newDevice(tenant, "lamp-" + i).address();
      made.assign(device, release);
      var token = made.token(device);
      var ddi = DdiClient.of(stack.firmware(1), device, token);
      var path = URI.create(DdiClient.download(ddi.follow("deploymentBase"))).getPath();
      updates.add(new Update(path, token));
    }
  }

  @Test
  void theirMemoryDoesNotGrowWithWhatIsOnItsWay() throws Exception {
    assertAllArrive(() -> connect(URI.create(stack.firmware(1))));
  }

  @Test
  void overTlsItDoesNotEither() throws Exception {
    var tls = SSLContext.getInstance("TLS");
    tls.init(null, Trust.of(stack.authority()).getTrustManagers(), null);
    var address = URI.create(stack.firmwareTls());
    assertAllArrive(
        () ->
            tls.getSocketFactory()
                .createSocket(connect(address), address.getHost(), address.getPort(), true));
  }

  private void assertAllArrive(Callable<Socket> connect) throws Exception {
    var process = stack.processes().of("firmware").pid();
    // What the first ones need once: classes, compiled code, buffers.
    download(connect, COMING_IN);
    var before = stack.processes().residentBytes("firmware");
    var most = download(connect, CLIENTS);
    assertEquals(process, stack.processes().of("firmware").pid(), "it was started anew");
    assertTrue(
        most - before < GROWTH_BYTES,
        "%d MiB before, %d MiB with all of them".formatted(before >> 20, most >> 20));
  }

  /** Gives the service's memory when all have begun and none has all. */
  private long download(Callable<Socket> connect, int clients) throws Exception {
    var begun = new CountDownLatch(clients);
    var goOn = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> sums = new ArrayList<>();
      for (var i = 0; i < clients; i++) {
        var update = updates.get(i % updates.size());
        sums.add(threads.submit(() -> fetch(update, connect, begun, goOn)));
      }
      var all = begun.await(5, TimeUnit.MINUTES);
      var memory = stack.processes().residentBytes("firmware");
      // Whatever comes: nobody leaves this block while they wait.
      goOn.countDown();
      assertTrue(all, begun.getCount() + " have not begun");
      var expected = sum(bytes);
      for (var sum : sums) {
        assertEquals(expected, sum.get(10, TimeUnit.MINUTES));
      }
      return Math.max(memory, stack.processes().residentBytes("firmware"));
    }
  }

  private long fetch(
      Update update, Callable<Socket> connect, CountDownLatch begun, CountDownLatch goOn)
      throws Exception {
    var sum = new CRC32();
    comingIn.acquire();
    try (var socket = begin(update, connect, begun)) {
      var in = socket.getInputStream();
      goOn.await();
      for (var left = FILE_BYTES; left > 0; left -= PIECE_BYTES) {
        sum.update(piece(in, Math.min(PIECE_BYTES, left)));
        // What is tested is how slow they are.
        Thread.sleep(PAUSE_MILLIS);
      }
    }
    return sum.getValue();
  }

  /** Until the head of the answer is here. */
  private Socket begin(Update update, Callable<Socket> connect, CountDownLatch begun)
      throws Exception {
    try {
      var socket = connect.call();
      socket.setSoTimeout(120_000);
      var request =
          "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: TargetToken %s\r\n\r\n"
              .formatted(update.path(), update.token());
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      var head = head(socket.getInputStream());
      assertTrue(head.startsWith("HTTP/1.1 200 "), head);
      return socket;
    } finally {
      begun.countDown();
      comingIn.release();
    }
  }

  /** Its window is small, so that what it does not take stays with the service. */
  private static Socket connect(URI address) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(PIECE_BYTES);
    socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
    return socket;
  }

  private static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
      var next = in.read();
      if (next < 0) {
        throw new EOFException("after " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  private static byte[] piece(InputStream in, int length) throws IOException {
    var piece = in.readNBytes(length);
    if (piece.length < length) {
      throw new EOFException("the download was cut");
    }
    return piece;
  }

  private static long sum(byte[] of) {
    var sum = new CRC32();
    sum.update(of);
    return sum.getValue();
  }
}
