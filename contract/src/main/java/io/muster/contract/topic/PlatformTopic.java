package io.muster.contract.topic;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.MalformedIdException;
import io.muster.contract.id.ServiceName;
import io.muster.contract.id.TenantId;
import java.util.Optional;

/**
 * Where services tell each other what happened: {@code
 * platform/{service}/{event}/{tenant}[/{device}]}.
 *
 * @param service who says it
 * @param event what happened; {@code session/connected} has two levels
 * @param tenant whose it is
 * @param device which device, empty when the whole tenant is meant
 */
public record PlatformTopic(
    ServiceName service, String event, TenantId tenant, Optional<String> device) {

  public static PlatformTopic of(ServiceName service, String event, DeviceAddress device) {
    return new PlatformTopic(service, event, device.tenant(), Optional.of(device.device().value()));
  }

  public static PlatformTopic of(ServiceName service, String event, TenantId tenant) {
    return new PlatformTopic(service, event, tenant, Optional.empty());
  }

  /** The topic name. */
  public String name() {
    return "platform/"
        + service
        + "/"
        + event
        + "/"
        + tenant
        + device.map(id -> "/" + id).orElse("");
  }

  /**
   * What a service subscribes to in order to hear all that another one says.
   *
   * @return {@code platform/{service}/#}
   */
  public static String allOf(ServiceName service) {
    return "platform/" + service + "/#";
  }

  /**
   * Reads an event of ingest, whose names may have two levels, or of another service.
   *
   * @return empty when it is none
   */
  public static Optional<PlatformTopic> parse(String name) {
    var level = name.split("/", -1);
    if (level.length < 4 || !level[0].equals("platform")) {
      return Optional.empty();
    }
    try {
      var service = new ServiceName(level[1]);
      var twoLevels = level[2].equals("session");
      var tenantAt = twoLevels ? 4 : 3;
      if (level.length <= tenantAt || level.length > tenantAt + 2) {
        return Optional.empty();
      }
      var event = twoLevels ? level[2] + "/" + level[3] : level[2];
      var device =
          level.length == tenantAt + 2
              ? Optional.of(level[tenantAt + 1])
              : Optional.<String>empty();
      return Optional.of(new PlatformTopic(service, event, new TenantId(level[tenantAt]), device));
    } catch (MalformedIdException notAnId) {
      return Optional.empty();
    }
  }
}
