package io.muster.registry.tenants;

import io.muster.contract.id.TenantId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Objects;

/** A row of {@code tenant}. The version is ours and not Hibernate's: events need it at once. */
@Entity(name = "Tenant")
@Table(name = "tenant")
public class TenantEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  Integer key;

  String id;
  long version;
  boolean suspended;

  @Column(name = "max_devices")
  Integer maxDevices;

  @Column(name = "messages_per_second")
  Integer messagesPerSecond;

  @Column(name = "payload_bytes")
  Integer payloadBytes;

  /** Changed by {@link Tenants#claimPlace} alone. */
  @Column(name = "device_count", insertable = false, updatable = false)
  int deviceCount;

  @Column(name = "created_at")
  Instant createdAt;

  @Column(name = "updated_at")
  Instant updatedAt;

  /** For Hibernate. */
  protected TenantEntity() {}

  static TenantEntity create(TenantBody body, Instant now) {
    var tenant = new TenantEntity();
    tenant.id = body.id().value();
    tenant.version = 1;
    tenant.suspended = body.isSuspended();
    tenant.setLimits(body.limitsOrDefaults());
    tenant.createdAt = now;
    tenant.updatedAt = now;
    return tenant;
  }

  /**
   * Takes over what was written.
   *
   * @return whether that changed anything
   */
  boolean update(TenantBody body, Instant now) {
    if (suspended == body.isSuspended() && limits().equals(body.limitsOrDefaults())) {
      return false;
    }
    suspended = body.isSuspended();
    setLimits(body.limitsOrDefaults());
    version++;
    updatedAt = now;
    return true;
  }

  TenantBody body() {
    return new TenantBody(tenantId(), limits(), suspended);
  }

  TenantView view(TenantDefaults defaults) {
    return new TenantView(
        id, limits().orElse(defaults), suspended, deviceCount, version, createdAt, updatedAt);
  }

  /** The compact key, which never leaves the service. */
  public int key() {
    return Objects.requireNonNull(key, "not stored yet");
  }

  public TenantId tenantId() {
    return new TenantId(id);
  }

  public boolean isSuspended() {
    return suspended;
  }

  TenantLimits limits() {
    return new TenantLimits(maxDevices, messagesPerSecond, payloadBytes);
  }

  private void setLimits(TenantLimits limits) {
    maxDevices = limits.devices();
    messagesPerSecond = limits.messagesPerSecond();
    payloadBytes = limits.payloadBytes();
  }
}
