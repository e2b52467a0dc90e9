package io.muster.ingest.access;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.contract.event.CloudEvent;
import io.muster.contract.event.ContractJson;
import io.muster.contract.event.OutboxEvent;
import io.muster.contract.event.RegistryEvent;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** Reads the registry's events out of its log. */
final class RegistryEvents {
  private static final String PREFIX = "io.muster.registry.";

  /**
   * Many, and of no interest here; known by the topic name, so that a crowd of them costs little.
   */
  private static final String PRESENCE = "platform/registry/presence/";

  private static final Map<String, Class<? extends RegistryEvent>> BY_TYPE =
      Map.of(
          PREFIX + "tenant-deleted", RegistryEvent.TenantDeleted.class,
          PREFIX + "device-created", RegistryEvent.DeviceCreated.class,
          PREFIX + "device-updated", RegistryEvent.DeviceUpdated.class,
          PREFIX + "device-disabled", RegistryEvent.DeviceDisabled.class,
          PREFIX + "device-deleted", RegistryEvent.DeviceDeleted.class,
          PREFIX + "credential-revoked", RegistryEvent.CredentialRevoked.class,
          PREFIX + "tenant-suspended", RegistryEvent.TenantSuspended.class,
          PREFIX + "tenant-updated", RegistryEvent.TenantUpdated.class,
          PREFIX + "token-key-withdrawn", RegistryEvent.TokenKeyWithdrawn.class);

  private RegistryEvents() {}

  /**
   * @return empty when it is about something that access does not depend on
   * @throws MalformedEventException when it should be one of those and is not
   */
  static Optional<RegistryEvent> read(OutboxEvent event) {
    if (!CloudEvent.CONTENT_TYPE.equals(event.contentType())
        || event.topic().startsWith(PRESENCE)) {
      return Optional.empty();
    }
    try {
      var cloudEvent = ContractJson.mapper().readValue(event.payload(), CloudEvent.class);
      var type = BY_TYPE.get(cloudEvent.type());
      return type == null ? Optional.empty() : Optional.of(data(cloudEvent.data(), type));
    } catch (IOException | IllegalArgumentException malformed) {
      throw new MalformedEventException(event, malformed);
    }
  }

  private static RegistryEvent data(JsonNode data, Class<? extends RegistryEvent> type)
      throws IOException {
    var event = ContractJson.mapper().treeToValue(data, type);
    if (event == null || isWithoutSubject(event)) {
      throw new IllegalArgumentException(
          "an event of the registry names what it is about, and limits");
    }
    return event;
  }

  private static boolean isWithoutSubject(RegistryEvent event) {
    return switch (event) {
      case RegistryEvent.CredentialRevoked revoked ->
          revoked.device() == null || revoked.credential() == null;
      case RegistryEvent.OfDevice ofDevice -> ofDevice.device() == null;
      case RegistryEvent.TenantDeleted deleted -> deleted.tenant() == null;
      case RegistryEvent.TenantSuspended suspended -> suspended.tenant() == null;
      case RegistryEvent.TenantUpdated updated ->
          updated.tenant() == null || updated.limits() == null;
      case RegistryEvent.TokenKeyWithdrawn withdrawn ->
          withdrawn.tenant() == null || withdrawn.key() == null;
      case RegistryEvent.GroupChanged changed -> changed.tenant() == null;
    };
  }

  /** An event of the registry that cannot be read. */
  static final class MalformedEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedEventException(OutboxEvent event, Exception cause) {
      super("event " + event.sequence() + " of the registry cannot be read", cause);
    }
  }
}
