package io.muster.ingest.endpoint.authorisation;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.topic.DeviceTopic;

/** Whether a connection may publish under a topic name. */
public sealed interface PublishVerdict {
  record Allowed(DeviceTopic topic) implements PublishVerdict {}

  /** It is the topic of another device of the tenant; the registry has to be asked. */
  record AskRegistry(DeviceTopic topic, DeviceAddress about) implements PublishVerdict {}

  /** It is nobody's to publish, somebody else's, or not with this QoS or retain flag. */
  enum Forbidden implements PublishVerdict {
    FORBIDDEN
  }
}
