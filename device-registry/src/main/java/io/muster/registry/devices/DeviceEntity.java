package io.muster.registry.devices;

import io.muster.contract.id.DeviceId;
import io.muster.registry.types.DeviceTypeEntity;
import io.vertx.core.json.JsonObject;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** A row of {@code device}. The version is ours and not Hibernate's: events need it at once. */
@Entity(name = "Device")
@Table(name = "device")
public class DeviceEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  Integer key;

  @Column(name = "tenant_key", updatable = false)
  int tenantKey;

  @Column(updatable = false)
  String id;

  long version;
  boolean enabled;

  @ManyToOne(fetch = FetchType.LAZY)
  @JoinColumn(name = "type_key")
  DeviceTypeEntity type;

  @ManyToOne(fetch = FetchType.LAZY)
  @JoinColumn(name = "gateway_key")
  DeviceEntity gateway;

  // PostgreSQL's own name of text[], by which the validation of the schema finds it.
  @Column(columnDefinition = "_text")
  String[] tags;

  @Column(columnDefinition = "jsonb")
  JsonObject attributes;

  @Column(name = "created_at", updatable = false)
  Instant createdAt;

  @Column(name = "updated_at")
  Instant updatedAt;

  /** For Hibernate. */
  protected DeviceEntity() {}

  static DeviceEntity create(int tenantKey, DeviceId id, DeviceState state, Instant now) {
    var device = new DeviceEntity();
    device.tenantKey = tenantKey;
    device.id = id.value();
    device.version = 1;
    device.set(state);
    device.createdAt = now;
    device.updatedAt = now;
    return device;
  }

  /**
   * Takes over a new state.
   *
   * @return whether that changed anything
   */
  boolean update(DeviceState state, Instant now) {
    if (state.equals(new DeviceState(enabled, type, gateway, List.of(tags), attributes))) {
      return false;
    }
    set(state);
    version++;
    updatedAt = now;
    return true;
  }

  /** Whoever spoke for it is gone. */
  void loseGateway(Instant now) {
    gateway = null;
    version++;
    updatedAt = now;
  }

  DeviceBody body() {
    var typeId = type == null ? null : type.typeId();
    return new DeviceBody(
        deviceId(), typeId, gatewayId(), List.of(tags), attributes.getMap(), enabled);
  }

  DeviceRepresentation representation() {
    var typeId = type == null ? null : type.typeId().value();
    var gatewayId = gateway == null ? null : gateway.id;
    return new DeviceRepresentation(
        id,
        typeId,
        gatewayId,
        List.of(tags),
        attributes.getMap(),
        enabled,
        version,
        createdAt,
        updatedAt);
  }

  /** The compact key, which never leaves the service. */
  public int key() {
    return Objects.requireNonNull(key, "not stored yet");
  }

  /** Of its tenant's row. */
  public int tenantKey() {
    return tenantKey;
  }

  /** Whether it may take part. */
  public boolean isEnabled() {
    return enabled;
  }

  /** Its name within the tenant. */
  public DeviceId deviceId() {
    return new DeviceId(id);
  }

  private DeviceId gatewayId() {
    return gateway == null ? null : gateway.deviceId();
  }

  private void set(DeviceState state) {
    enabled = state.enabled();
    type = state.type();
    gateway = state.gateway();
    tags = state.tags().toArray(String[]::new);
    attributes = state.attributes();
  }
}
