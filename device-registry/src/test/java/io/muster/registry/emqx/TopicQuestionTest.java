package io.muster.registry.emqx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.TopicFilter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicQuestionTest {
  private static final DeviceAddress DEVICE = DeviceAddress.of("acme", "one");

  @ParameterizedTest
  @CsvSource({
    "publish,telemetry/acme/one,0,false,true",
    "publish,telemetry/acme/one,0,true,false",
    "publish,event/acme/one,1,false,true",
    "publish,event/acme/one,0,false,false",
    "publish,presence/acme/one,1,true,true",
    "publish,presence/acme/one,0,false,false",
    "publish,shadow/acme/one/get,1,false,true",
    "publish,shadow/acme/one/name/x/update,1,false,true",
    "publish,shadow/acme/one/delete,2,false,true",
    "publish,shadow/acme/one/get/accepted,1,false,false",
    "publish,shadow/acme/one/update/delta,1,false,false",
    "publish,command/acme/one/res/7/200,1,false,true",
    "publish,command/acme/one/req/7/reboot,1,false,false",
    "publish,firmware/acme/one/feedback,1,false,true",
    "publish,firmware/acme/one/notify,1,false,false",
    "publish,platform/registry/device-deleted/acme/one,1,false,false",
    "publish,telemetry/acme/one/more,1,false,false",
    "publish,telemetry/acme,1,false,false",
    "subscribe,command/acme/one/req/#,1,false,true",
    "subscribe,command/acme/one/req/+/+,1,false,true",
    "subscribe,command/acme/one/#,1,false,false",
    "subscribe,command/acme/+/req/#,1,false,false",
    "subscribe,shadow/acme/one/#,1,false,true",
    "subscribe,shadow/acme/one/update/delta,0,false,true",
    "subscribe,firmware/acme/one/notify,1,false,true",
    "subscribe,telemetry/acme/one,1,false,false",
    "subscribe,#,1,false,false",
    "subscribe,+/acme/one/#,1,false,false",
    "subscribe,$share/g/shadow/acme/one/#,1,false,false",
    "subscribe,$SYS/#,1,false,false",
    "connect,telemetry/acme/one,1,false,false",
  })
  void knowsWhatADeviceMayDo(String action, String topic, int qos, boolean retain, boolean may) {
    var owner = TopicQuestion.owner(question(action, topic, qos, retain));
    assertEquals(may ? Optional.of(DEVICE) : Optional.empty(), owner);
    assertEquals(may, fitsARule(action, topic, qos, retain), "the rules say the same");
  }

  @Test
  void namesTheDeviceWhoseTopicItIs() {
    var other = question("publish", "telemetry/acme/two", 1, false);
    assertEquals(Optional.of(DeviceAddress.of("acme", "two")), TopicQuestion.owner(other));
    var foreign = question("subscribe", "shadow/evil/one/#", 1, false);
    assertEquals(Optional.of(DeviceAddress.of("evil", "one")), TopicQuestion.owner(foreign));
  }

  @Test
  void whatDoesNotSayEnoughIsNobodys() {
    for (var body :
        List.of("{}", "[]", "{\"action\":\"publish\"}", "{\"topic\":\"event/a/b\"}", "null")) {
      assertEquals(Optional.empty(), TopicQuestion.owner(Golden.json(body)), body);
    }
  }

  private static boolean fitsARule(String action, String topic, int qos, boolean retain) {
    return AclRule.of(DEVICE).stream()
        .filter(rule -> rule.action().equals(action))
        .filter(rule -> rule.qos() == null || rule.qos().contains(qos))
        .filter(rule -> rule.retain() == null || rule.retain() == retain)
        .anyMatch(rule -> new TopicFilter(rule.topic()).matches(topic));
  }

  private static JsonNode question(String action, String topic, int qos, boolean retain) {
    return Golden.MAPPER
        .createObjectNode()
        .put("action", action)
        .put("topic", topic)
        .put("qos", qos)
        .put("retain", retain);
  }
}
