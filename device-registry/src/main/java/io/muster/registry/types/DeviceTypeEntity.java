package io.muster.registry.types;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.muster.contract.id.TypeId;
import io.vertx.core.json.JsonObject;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Map;

/** A row of {@code device_type}. */
@Entity(name = "DeviceType")
@Table(name = "device_type")
public class DeviceTypeEntity {
  private static final TypeReference<Map<String, TelemetryField>> FIELDS = new TypeReference<>() {};
  private static final ObjectMapper JSON = new ObjectMapper();

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  Integer key;

  @Column(name = "tenant_key", updatable = false)
  int tenantKey;

  @Column(updatable = false)
  String id;

  long version;

  @Column(columnDefinition = "text")
  String name;

  @Column(columnDefinition = "text")
  String description;

  @Column(columnDefinition = "jsonb")
  JsonObject fields;

  @Column(name = "heartbeat_seconds")
  Integer heartbeatSeconds;

  @Column(name = "created_at", updatable = false)
  Instant createdAt;

  @Column(name = "updated_at")
  Instant updatedAt;

  /** For Hibernate. */
  protected DeviceTypeEntity() {}

  static DeviceTypeEntity create(int tenantKey, DeviceTypeBody body, Instant now) {
    var type = new DeviceTypeEntity();
    type.tenantKey = tenantKey;
    type.id = body.id().value();
    type.version = 1;
    type.set(body);
    type.createdAt = now;
    type.updatedAt = now;
    return type;
  }

  /**
   * Takes over a new state.
   *
   * @return whether that changed anything
   */
  boolean update(DeviceTypeBody state, Instant now) {
    var same =
        new DeviceTypeBody(
            typeId(),
            state.name(),
            state.description(),
            state.fieldsOrNone(),
            state.heartbeatSeconds());
    if (body().equals(same)) {
      return false;
    }
    set(state);
    version++;
    updatedAt = now;
    return true;
  }

  DeviceTypeBody body() {
    return new DeviceTypeBody(typeId(), name, description, fieldsByName(), heartbeatSeconds);
  }

  DeviceTypeRepresentation representation() {
    return new DeviceTypeRepresentation(
        id, name, description, fieldsByName(), heartbeatSeconds, version, createdAt, updatedAt);
  }

  /** Its name within the tenant. */
  public TypeId typeId() {
    return new TypeId(id);
  }

  private void set(DeviceTypeBody body) {
    name = body.name();
    description = body.description();
    fields = new JsonObject(JSON.convertValue(body.fieldsOrNone(), JSON_OBJECT));
    heartbeatSeconds = body.heartbeatSeconds();
  }

  private static final TypeReference<Map<String, Object>> JSON_OBJECT = new TypeReference<>() {};

  private Map<String, TelemetryField> fieldsByName() {
    return JSON.convertValue(fields.getMap(), FIELDS);
  }
}
