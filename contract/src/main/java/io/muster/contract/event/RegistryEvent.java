package io.muster.contract.event;

import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.GroupId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceLimits;
import java.time.Instant;
import java.util.UUID;

/**
 * What the registry tells the others; the {@code data} of its CloudEvents, named by {@link #event}.
 */
public sealed interface RegistryEvent {

  /** The level of the topic name, {@code device-created} and so on. */
  String event();

  /** Whose device, or which tenant, it is about. */
  TenantId tenant();

  /** An event about one device. */
  sealed interface OfDevice extends RegistryEvent {
    DeviceAddress device();

    @Override
    default TenantId tenant() {
      return device().tenant();
    }
  }

  /**
   * @param version the device's version after the change
   */
  record DeviceCreated(DeviceAddress device, long version) implements OfDevice {
    @Override
    public String event() {
      return "device-created";
    }
  }

  /** Attributes, gateway or type changed, or it was enabled again. */
  record DeviceUpdated(DeviceAddress device, long version) implements OfDevice {
    @Override
    public String event() {
      return "device-updated";
    }
  }

  /** Its connections must end. */
  record DeviceDisabled(DeviceAddress device, long version) implements OfDevice {
    @Override
    public String event() {
      return "device-disabled";
    }
  }

  /** Its connections must end, and nothing of it be believed any more. */
  record DeviceDeleted(DeviceAddress device) implements OfDevice {
    @Override
    public String event() {
      return "device-deleted";
    }
  }

  /**
   * Connections that were opened with the credential must end.
   *
   * @param credential the credential's id
   */
  record CredentialRevoked(DeviceAddress device, UUID credential) implements OfDevice {
    @Override
    public String event() {
      return "credential-revoked";
    }
  }

  /**
   * A device has come or gone. Events of one device are in the order of its changes.
   *
   * @param online whether it is there now
   * @param at since when
   * @param reason in a word or a few: {@code connected}, {@code heard}, {@code client}, {@code
   *     connection-lost}, {@code keep-alive}, {@code replica-lost}, {@code silent}, …
   */
  record PresenceChanged(DeviceAddress device, boolean online, Instant at, String reason)
      implements OfDevice {
    @Override
    public String event() {
      return "presence";
    }
  }

  /**
   * A group was made, changed or deleted, or has other members. Who belongs to a group with a
   * filter also changes with its devices.
   */
  record GroupChanged(TenantId tenant, GroupId group) implements RegistryEvent {
    @Override
    public String event() {
      return "group-changed";
    }
  }

  /** None of its devices may connect, those that are connected must go. */
  record TenantSuspended(TenantId tenant) implements RegistryEvent {
    @Override
    public String event() {
      return "tenant-suspended";
    }
  }

  /**
   * It is gone for good, and its name is never given again: whoever keeps something of it removes
   * that. Told after the ends of its devices.
   */
  record TenantDeleted(TenantId tenant) implements RegistryEvent {
    @Override
    public String event() {
      return "tenant-deleted";
    }
  }

  /**
   * A key with which the registry signed devices' tokens is not to be believed any more; each
   * tenant is told by itself. Connections of its devices that were opened with such a token must
   * end.
   *
   * @param key the tokens' {@code kid}
   */
  record TokenKeyWithdrawn(TenantId tenant, UUID key) implements RegistryEvent {
    @Override
    public String event() {
      return "token-key-withdrawn";
    }
  }

  /**
   * Its devices may connect again, or its limits changed.
   *
   * @param limits what it allows each of its devices now
   */
  record TenantUpdated(TenantId tenant, DeviceLimits limits) implements RegistryEvent {
    @Override
    public String event() {
      return "tenant-updated";
    }
  }
}
