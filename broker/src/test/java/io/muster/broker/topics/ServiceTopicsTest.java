package io.muster.broker.topics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.contract.id.ServiceName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServiceTopicsTest {

  @ParameterizedTest
  @CsvSource({
    "ingest, platform/ingest/session/connected/demo/d1, true",
    "ingest, command/demo/d1/res/17/200, true",
    "ingest, shadow/demo/d1/get, true",
    "ingest, shadow/demo/d1/name/config/update, true",
    "ingest, firmware/demo/d1/feedback, true",
    "ingest, provision/demo/x7/req, true",
    "ingest, presence/demo/d1, true",
    "ingest, aws/demo/d1/shadow/update, true",
    "ingest, aws/demo/d1/jobs/17/update, true",
    "ingest, telemetry/demo/d1, false",
    "ingest, event/demo/d1, false",
    "ingest, command/demo/d1/req/17/reboot, false",
    "ingest, shadow/demo/d1/get/accepted, false",
    "ingest, platform/registry/device-deleted/demo/d1, false",
    "registry, platform/registry/device-created/demo/d1, true",
    "registry, shadow/demo/d1/get/accepted, true",
    "registry, shadow/demo/d1/name/config/update/delta, true",
    "registry, aws/demo/d1/shadow/update/documents, true",
    "registry, provision/demo/x7/res, true",
    "registry, command/demo/d1/req/17/reboot, false",
    "registry, aws/demo/d1/jobs/get/accepted, false",
    "registry, shadow/demo/d1/update, false",
    "command, command/demo/d1/req/17/reboot, true",
    "command, command/demo/d1/req//reboot, true",
    "command, aws/demo/d1/jobs/notify-next, true",
    "command, aws/demo/d1/jobs/17/update/accepted, true",
    "command, command/demo/d1/res/17/200, false",
    "command, firmware/demo/d1/notify, false",
    "firmware, firmware/demo/d1/notify, true",
    "firmware, platform/firmware/installed/demo/d1, true",
    "firmware, firmware/demo/d1/feedback, false",
    "metering, platform/metering/counted/demo, true",
    "metering, platform/registry/device-created/demo/d1, false",
    "metering, command/demo/d1/req/17/reboot, false",
  })
  void letsAServicePublishWhatItOwns(String service, String topicName, boolean expected) {
    assertEquals(
        expected, ServiceTopics.of(new ServiceName(service)).mayPublish(topicName), topicName);
  }

  @ParameterizedTest
  @CsvSource({
    "ingest, command/+/+/req/#, true",
    "ingest, command/demo/+/req/#, true",
    "ingest, shadow/+/+/+/accepted, true",
    "ingest, firmware/+/+/notify, true",
    "ingest, provision/+/+/res, true",
    "ingest, aws/+/+/jobs/+/+/accepted, true",
    "ingest, platform/registry/#, true",
    "ingest, platform/ingest/#, true",
    "ingest, command/+/+/res/+/+, false",
    "ingest, command/#, false",
    "ingest, #, false",
    "registry, shadow/+/+/update, true",
    "registry, presence/+/+, true",
    "registry, provision/+/+/req, true",
    "registry, platform/ingest/session/#, true",
    "registry, platform/#, false",
    "registry, command/+/+/res/+/+, false",
    "command, command/+/+/res/+/+, true",
    "command, aws/+/+/jobs/+/update, true",
    "command, platform/ingest/delivered/#, true",
    "command, shadow/+/+/update, false",
    "firmware, firmware/+/+/feedback, true",
    "firmware, firmware/#, false",
    "metering, platform/metering/#, true",
    "metering, platform/ingest/#, false",
    "metering, '+/metering/#', false",
  })
  void letsAServiceSubscribeWithinWhatItConsumes(
      String service, String topicFilter, boolean expected) {
    assertEquals(
        expected,
        ServiceTopics.of(new ServiceName(service)).maySubscribe(topicFilter),
        topicFilter);
  }
}
