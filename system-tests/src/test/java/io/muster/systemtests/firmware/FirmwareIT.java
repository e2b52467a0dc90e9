package io.muster.systemtests.firmware;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.TenantId;
import io.muster.systemtests.clients.Trust;
import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Updates through the whole stack: told over MQTT, fetched over hawkBit's API. */
@ExtendWith(SharedStack.class)
class FirmwareIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final byte[] IMAGE = new byte[200_000];
  private static final byte[] BLOCK = new byte[1 << 20];

  static {
    new Random(7).nextBytes(IMAGE);
    new Random(8).nextBytes(BLOCK);
  }

  private final RunningStack stack;
  private TenantId tenant;
  private TestDevice device;
  private Updates updates;
  private String distribution;

  FirmwareIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void makeADevice() {
    tenant = stack.newTenant();
    device = stack.newDevice(tenant, "lamp-1");
    updates = Updates.of(stack, stack.firmware(1), tenant);
    distribution = updates.released("1.0", "image.bin", IMAGE);
  }

  @Test
  void aDeviceThatListensNeedNotPoll() throws Exception {
    try (var listening = UpdateListener.connect(device, stack.endpointPort(1))) {
      var action = updates.assign(device.address(), distribution);
      listening.awaitNotice("{\"pending\":\"deploymentBase\",\"id\":\"%d\"}".formatted(action));
      // At the other instance than the one that was asked to give it.
      var ddi = DdiClient.of(stack.firmware(2), device.address(), updates.token(device.address()));
      var deployment = ddi.follow("deploymentBase");
      try (var file = ddi.fetch(DdiClient.download(deployment), 0).body()) {
        assertArrayEquals(IMAGE, file.readAllBytes());
      }
      listening.say(UpdateListener.feedback(action, "proceeding", "none"));
      listening.say(UpdateListener.feedback(action, "closed", "success"));
      await().atMost(SOON).until(() -> updates.state(device.address(), action).equals("finished"));
      assertEquals("1.0", updates.installed(device.address()).path(0).path("version").asText());
    }
  }

  @Test
  void whatWaitsIsToldAtEachNewSession() {
    var action = updates.assign(device.address(), distribution);
    var notice = "{\"pending\":\"deploymentBase\",\"id\":\"%d\"}".formatted(action);
    for (var replica = 1; replica <= 2; replica++) {
      try (var listening = UpdateListener.connect(device, stack.endpointPort(replica))) {
        listening.awaitNotice(notice);
      }
    }
  }

  @Test
  void aCancellationIsToldAndAnsweredOverMqtt() throws Exception {
    var action = updates.assign(device.address(), distribution);
    var ddi = DdiClient.of(stack.firmware(1), device.address(), updates.token(device.address()));
    ddi.follow("deploymentBase");
    try (var listening = UpdateListener.connect(device, stack.endpointPort(2))) {
      updates.cancel(device.address(), action);
      listening.awaitNotice("{\"pending\":\"cancelAction\",\"id\":\"%d\"}".formatted(action));
      listening.say(
          UpdateListener.feedback(action, "closed", "success")
              .replaceFirst("\\{", "{\"pending\":\"cancelAction\","));
      await().atMost(SOON).until(() -> updates.state(device.address(), action).equals("cancelled"));
    }
  }

  /** Its heap has 192 MiB, and what is beside the heap as much. */
  @Test
  @Tag("full")
  void whatIsLargerThanTheServicesMemoryGoesInAndOut() throws Exception {
    var http = stack.http().client();
    var upload =
        updates
            .request("/artifacts?filename=large.bin")
            .header("Content-Type", "application/octet-stream")
            .POST(HttpRequest.BodyPublishers.ofInputStream(FirmwareIT::large))
            .build();
    var made = http.send(upload, HttpResponse.BodyHandlers.ofString());
    assertEquals(201, made.statusCode(), made.body());
    var artifact = new ObjectMapper().readTree(made.body());
    assertEquals(sha256(large()), artifact.at("/hashes/sha256").asText());
    var content =
        updates.request("/artifacts/" + artifact.path("id").asText() + "/content").build();
    var answer = http.send(content, HttpResponse.BodyHandlers.ofInputStream());
    assertEquals(artifact.at("/hashes/sha256").asText(), sha256(answer.body()));
  }

  /** 400 MiB. */
  private static InputStream large() {
    var blocks =
        IntStream.range(0, 400)
            .mapToObj(i -> (InputStream) new ByteArrayInputStream(BLOCK))
            .toList();
    return new SequenceInputStream(Collections.enumeration(blocks));
  }

  private static String sha256(InputStream bytes) throws Exception {
    var digest = MessageDigest.getInstance("SHA-256");
    try (var read = new DigestInputStream(bytes, digest)) {
      read.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Another tenant's device of the same name says something of an action of the same number. */
  @Test
  void nobodySpeaksForAnotherTenantsDevice() {
    var action = updates.assign(device.address(), distribution);
    var stranger = stack.newDevice(stack.newTenant(), "lamp-1");
    try (var theirs = UpdateListener.connect(stranger, stack.endpointPort(1))) {
      theirs.say(UpdateListener.feedback(action, "closed", "success"));
    }
    try (var own = UpdateListener.connect(device, stack.endpointPort(1))) {
      own.say(UpdateListener.feedback(action, "proceeding", "none"));
      await()
          .atMost(SOON)
          .until(() -> updates.action(device.address(), action).path("statusCount").asInt() == 1);
    }
    assertEquals("open", updates.state(device.address(), action));
  }

  @Test
  void aDeviceWithACertificateNeedsNoToken(@TempDir Path folder) throws Exception {
    var certificate = DeviceCertificate.make(folder, "EC");
    var credential = certificate.register(stack, device);
    var tls = SSLContext.getInstance("TLS");
    tls.init(
        certificate.keys().getKeyManagers(), Trust.of(stack.authority()).getTrustManagers(), null);
    var http = HttpClient.newBuilder().sslContext(tls).build();
    var ddi = new DdiClient(http, DdiClient.base(stack.firmwareTls(), device.address()), null);
    var action = updates.assign(device.address(), distribution);
    var deployment = ddi.follow("deploymentBase");
    try (var file = ddi.fetch(DdiClient.download(deployment), 0).body()) {
      assertArrayEquals(IMAGE, file.readAllBytes());
    }
    assertEquals(200, ddi.feedback("deploymentBase", action, "closed", "success"));
    var other = stack.newDevice(tenant, "lamp-2");
    assertEquals(
        401,
        new DdiClient(http, DdiClient.base(stack.firmwareTls(), other.address()), null).status());
    stack.http().send("DELETE", credential, stack.tokens().admin(), null);
    await().atMost(Duration.ofSeconds(90)).until(() -> ddi.status() == 401);
  }
}
