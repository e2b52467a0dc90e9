package io.muster.contract.topic;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.id.TenantId;
import java.util.Optional;

/**
 * A topic name under which a device publishes. {@link #parse} knows all of them and nothing else;
 * what it does not know is nobody's to publish.
 */
public sealed interface DeviceTopic {

  /** The device that the topic name names, or empty for a device that has no name yet. */
  Optional<DeviceAddress> device();

  /** The tenant that the topic name names. */
  TenantId tenant();

  /** The topic name as it is written between the endpoint and the services. */
  String name();

  /** The least QoS that the topic allows. */
  default int minimumQos() {
    return 1;
  }

  /** A topic of one device. */
  sealed interface OfDevice extends DeviceTopic {
    DeviceAddress address();

    @Override
    default Optional<DeviceAddress> device() {
      return Optional.of(address());
    }

    @Override
    default TenantId tenant() {
      return address().tenant();
    }
  }

  /** Measurements; may be lost on request (QoS 0). */
  record Telemetry(DeviceAddress address) implements OfDevice {
    @Override
    public String name() {
      return "telemetry/" + address;
    }

    @Override
    public int minimumQos() {
      return 0;
    }
  }

  /** Things that must never be lost. */
  record Event(DeviceAddress address) implements OfDevice {
    @Override
    public String name() {
      return "event/" + address;
    }
  }

  /**
   * The answer to a command.
   *
   * @param requestId the command's own id, not empty
   * @param status as in HTTP, 200 to 599
   */
  record CommandResponse(DeviceAddress address, String requestId, int status) implements OfDevice {
    @Override
    public String name() {
      return "command/" + address + "/res/" + requestId + "/" + status;
    }
  }

  /**
   * An operation on a shadow.
   *
   * @param shadowName empty for the classic shadow
   */
  record Shadow(DeviceAddress address, Optional<String> shadowName, Operation operation)
      implements OfDevice {

    /** What AWS IoT lets a device do with its shadow. */
    public enum Operation {
      GET,
      UPDATE,
      DELETE;

      private String level() {
        return name().toLowerCase(java.util.Locale.ROOT);
      }
    }

    @Override
    public String name() {
      var named = shadowName.map(shadow -> "/name/" + shadow).orElse("");
      return "shadow/" + address + named + "/" + operation.level();
    }
  }

  /** hawkBit's feedback on an action. */
  record FirmwareFeedback(DeviceAddress address) implements OfDevice {
    @Override
    public String name() {
      return "firmware/" + address + "/feedback";
    }
  }

  /** A device's own word on its presence, or its will; the only topic that takes retain. */
  record Presence(DeviceAddress address) implements OfDevice {
    @Override
    public String name() {
      return "presence/" + address;
    }
  }

  /**
   * A topic of AWS IoT's family, {@code $aws/things/{tenant}:{device}/…} towards the device and
   * {@code aws/{tenant}/{device}/…} between the services.
   *
   * @param rest what follows the thing's name: {@code shadow/…} or {@code jobs/…}
   */
  record Aws(DeviceAddress address, String rest) implements OfDevice {
    @Override
    public String name() {
      return "aws/" + address + "/" + rest;
    }

    /** AWS IoT takes them at QoS 0, too, and some of its clients know nothing else. */
    @Override
    public int minimumQos() {
      return 0;
    }
  }

  /**
   * A device without a name asks for one.
   *
   * @param random the level that the device drew for the answer to find it
   */
  record Provision(TenantId tenant, String random) implements DeviceTopic {
    @Override
    public Optional<DeviceAddress> device() {
      return Optional.empty();
    }

    @Override
    public String name() {
      return "provision/" + tenant + "/" + random + "/req";
    }
  }

  /**
   * Reads the topic name of a device's PUBLISH.
   *
   * @param topicName a valid topic name (no wildcard); it may still be of any content and length
   * @return empty when no device may publish there
   */
  static Optional<DeviceTopic> parse(String topicName) {
    try {
      return DeviceTopicParser.parse(topicName);
    } catch (MalformedIdException notAnId) {
      return Optional.empty();
    }
  }
}
