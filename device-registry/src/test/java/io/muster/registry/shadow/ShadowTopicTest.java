package io.muster.registry.shadow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ShadowName;
import io.muster.contract.topic.DownwardTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShadowTopicTest {
  private static final DeviceAddress LAMP = DeviceAddress.of("acme", "lamp");

  @ParameterizedTest
  @CsvSource({
    "shadow/acme/lamp/get, '', GET",
    "shadow/acme/lamp/update, '', UPDATE",
    "shadow/acme/lamp/delete, '', DELETE",
    "shadow/acme/lamp/name/config/update, config, UPDATE",
    "shadow/acme/lamp/name/get/get, get, GET",
    "aws/acme/lamp/shadow/get, '', GET",
    "aws/acme/lamp/shadow/name/config/delete, config, DELETE"
  })
  void requestsOfBothFamiliesAreRead(String topicName, String name, String operation) {
    var topic = ShadowTopic.parse(topicName).orElseThrow();
    assertEquals(LAMP, topic.device());
    assertEquals(name, topic.name().orElseThrow().value());
    assertEquals(operation, topic.operation().name());
    assertTrue(DownwardTopic.parse(topic.accepted()).isPresent());
    assertTrue(DownwardTopic.parse(topic.rejected()).isPresent());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "shadow/acme/lamp",
        "shadow/acme/lamp/other",
        "shadow/acme/lamp/get/accepted",
        "shadow/acme/lamp/name/get",
        "shadow/acme/lamp/name/x/get/accepted",
        "shadow/acme/la mp/get",
        "shadow//lamp/get",
        "aws/acme/lamp/jobs/get",
        "aws/acme/lamp/shadow",
        "aws/acme/lamp/shadow/get/accepted",
        "aws/acme",
        "command/acme/lamp/req/1/x",
        ""
      })
  void allElseIsNoRequest(String topicName) {
    assertTrue(ShadowTopic.parse(topicName).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.b", "a=b"})
  void aNameThatAwsDoesNotKnowCanStillBeAnswered(String name) {
    var topic = ShadowTopic.parse("shadow/acme/lamp/name/" + name + "/get").orElseThrow();
    assertTrue(topic.name().isEmpty());
    assertTrue(DownwardTopic.parse(topic.rejected()).isPresent());
  }

  @Test
  void deltasAndDocumentsGoDown() {
    for (var family : Family.values()) {
      for (var name : new String[] {"", "config"}) {
        var shadow = new ShadowName(name);
        assertEquals(
            LAMP,
            DownwardTopic.parse(family.delta(LAMP, shadow)).orElseThrow().device().orElseThrow());
        assertTrue(DownwardTopic.parse(family.documents(LAMP, shadow)).isPresent());
      }
    }
    assertEquals(
        "$aws/things/acme:lamp/shadow/name/config/update/delta",
        DownwardTopic.parse(Family.AWS.delta(LAMP, new ShadowName("config")))
            .orElseThrow()
            .deviceName());
  }
}
