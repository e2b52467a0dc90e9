package io.muster.systemtests.firmware;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** kill -9 of the firmware-service in the middle of an upload and of a download. */
@Tag("full")
@ExtendWith(SharedStack.class)
class FirmwareKilledIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private final RunningStack stack;

  FirmwareKilledIT(RunningStack stack) {
    this.stack = stack;
  }

  @Test
  void anUploadGoesOnAtAnotherInstance() throws Exception {
    var bytes = random(3_000_000);
    var tenant = stack.newTenant();
    var first = Updates.of(stack, stack.firmware(1), tenant);
    var upload =
        first
            .post(
                "/artifact-uploads",
                "{\"filename\":\"a.bin\",\"sizeBytes\":%d,\"sha256\":\"%s\"}"
                    .formatted(bytes.length, sha256(bytes)))
            .path("id")
            .asText();
    var second = Updates.of(stack, stack.firmware(2), tenant);
    var path = "/artifact-uploads/" + upload;
    var pipe = new PipedOutputStream();
    var body = new PipedInputStream(pipe, 65_536);
    var sending =
        stack
            .http()
            .client()
            .sendAsync(
                patch(first, path, 0, HttpRequest.BodyPublishers.ofInputStream(() -> body)),
                HttpResponse.BodyHandlers.discarding());
    pipe.write(bytes, 0, 2_000_000);
    await().atMost(SOON).until(() -> second.get(path).path("keptBytes").asLong() > 1_000_000);
    // The other instance must not write what this one is writing.
    var here = second.get(path).path("keptBytes").asInt();
    assertEquals(409, send(second, path, here, Arrays.copyOf(bytes, here + 1)));
    var pid = stack.processes().kill("firmware");
    assertThrows(Exception.class, sending::join);
    pipe.close();
    var kept = second.get(path).path("keptBytes").asInt();
    assertTrue(kept > 1_000_000 && kept <= 2_000_000, kept + " kept");
    assertEquals(204, send(second, path, kept, bytes));
    var artifact = second.post(path + "/complete", null);
    assertEquals(sha256(bytes), artifact.at("/hashes/sha256").asText());
    stack.processes().awaitRestart("firmware", pid);
  }

  @Test
  void aDownloadGoesOnAtAnotherInstance() throws Exception {
    var bytes = random(40_000_000);
    var tenant = stack.newTenant();
    var device = stack.newDevice(tenant, "lamp-1").address();
    var updates = Updates.of(stack, stack.firmware(2), tenant);
    var action = updates.assign(device, updates.released("1.0", "image.bin", bytes));
    var ddi = DdiClient.of(stack.firmware(1), device, updates.token(device));
    var url = DdiClient.download(ddi.follow("deploymentBase"));
    assertEquals(200, ddi.feedback("deploymentBase", action, "proceeding", "none"));
    var begun = ddi.fetch(url, 0).body();
    var got = begun.readNBytes(1_000_000);
    var pid = stack.processes().kill("firmware");
    assertThrows(IOException.class, begun::readAllBytes);
    var other = url.replace(stack.firmware(1), stack.firmware(2));
    var resumed = ddi.fetch(other, got.length);
    assertEquals(206, resumed.statusCode());
    try (var rest = resumed.body()) {
      var all = Arrays.copyOf(got, bytes.length);
      assertEquals(
          bytes.length - got.length, rest.readNBytes(all, got.length, bytes.length - got.length));
      assertArrayEquals(bytes, all);
    }
    stack.processes().awaitRestart("firmware", pid);
    // Nothing of what the device said is gone.
    assertEquals(200, ddi.feedback("deploymentBase", action, "closed", "success"));
    assertEquals("finished", updates.state(device, action));
    assertEquals(2, updates.action(device, action).path("statusCount").asInt());
  }

  private int send(Updates updates, String path, int from, byte[] bytes) throws Exception {
    var rest =
        HttpRequest.BodyPublishers.ofByteArray(Arrays.copyOfRange(bytes, from, bytes.length));
    return stack
        .http()
        .client()
        .send(patch(updates, path, from, rest), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static HttpRequest patch(
      Updates updates, String path, int offset, HttpRequest.BodyPublisher body) {
    return updates
        .request(path)
        .header("Content-Type", "application/octet-stream")
        .header("Upload-Offset", Integer.toString(offset))
        .method("PATCH", body)
        .build();
  }

  private static byte[] random(int length) {
    var bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
