package io.muster.command.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.command.aws.JobsRequest.Ask;
import io.muster.contract.message.UserProperties;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a device sends is read or refused, and a refusal can be said. */
class HostileRequestTest {
  private static final List<String> TOPICS =
      List.of("get", "start-next", "$next/get", "j/get", "j/update", "$next/update");
  private static final List<String> PAYLOADS =
      List.of(
          "{\"clientToken\":\"t\",\"statusDetails\":{\"a\":\"b\"},\"stepTimeoutInMinutes\":5}",
          "{\"status\":\"IN_PROGRESS\",\"expectedVersion\":\"1\",\"executionNumber\":1}",
          "{\"includeJobDocument\":false,\"includeJobExecutionState\":true}");

  @Test
  void mutatedRequestsAreReadOrRefused() {
    var random = new Random(5);
    var read = 0;
    var refused = 0;
    for (var i = 0; i < 20_000; i++) {
      var payload = mutated(random, PAYLOADS.get(random.nextInt(PAYLOADS.size())));
      var topic =
          JobsTopic.parse("aws/acme/d1/jobs/" + TOPICS.get(random.nextInt(TOPICS.size())))
              .orElseThrow();
      var request = JobsRequestReader.read(topic, payload, UserProperties.NONE, 4_096);
      if (request.ask() instanceof Ask.Refused it) {
        refused++;
        var said = JobsMessages.rejected(it.refusal(), request.clientToken(), Instant.EPOCH);
        assertEquals(
            it.refusal().code().text(),
            JobsJson.read(JobsJson.text(said)).orElseThrow().get("code").textValue());
      } else {
        read++;
      }
    }
    assertTrue(read > 1_000 && refused > 1_000, read + " read, " + refused + " refused");
  }

  @Test
  void mutatedTopicNamesAreReadOrAreNone() {
    var random = new Random(6);
    var read = 0;
    for (var i = 0; i < 20_000; i++) {
      var name = "aws/acme/d1/jobs/" + TOPICS.get(random.nextInt(TOPICS.size()));
      var mutated = new String(mutated(random, name), StandardCharsets.ISO_8859_1);
      if (JobsTopic.parse(mutated).isPresent()) {
        read++;
      }
    }
    assertTrue(read > 1_000, read + " read");
  }

  @Test
  void anyPayloadOfACommandMakesADocument() {
    var random = new Random(7);
    for (var i = 0; i < 20_000; i++) {
      var payload = mutated(random, PAYLOADS.get(random.nextInt(PAYLOADS.size())));
      var document = JobDocument.of("set", random.nextBoolean() ? null : "a/json", payload);
      assertTrue(JobsJson.read(document).orElseThrow().isObject(), document);
    }
  }

  private static byte[] mutated(Random random, String text) {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    for (var i = random.nextInt(3); i > 0; i--) {
      var at = random.nextInt(bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] = bytes[random.nextInt(bytes.length)];
        case 2 -> bytes = Arrays.copyOf(bytes, at + 1);
        default -> bytes = doubled(bytes, at);
      }
    }
    return bytes;
  }

  private static byte[] doubled(byte[] bytes, int at) {
    var longer = new byte[bytes.length + at];
    System.arraycopy(bytes, 0, longer, 0, at);
    System.arraycopy(bytes, 0, longer, at, bytes.length);
    return longer;
  }
}
