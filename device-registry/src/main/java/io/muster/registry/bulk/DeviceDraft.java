package io.muster.registry.bulk;

import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TypeId;
import io.muster.registry.devices.DeviceBody;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;

/** A device while a batch works on it. For one thread. */
final class DeviceDraft {
  private final DeviceId id;
  private final int key;
  private final boolean isNew;
  private State state;
  private long version;
  private boolean changed;

  /**
   * What rows can change.
   *
   * @param type its id and {@code typeKey} its row, or both null
   * @param gateway its id and {@code gatewayKey} its row, or both null
   * @param tags sorted, each once
   */
  record State(
      boolean enabled,
      String type,
      Integer typeKey,
      String gateway,
      Integer gatewayKey,
      List<String> tags,
      JsonObject attributes) {}

  private DeviceDraft(DeviceId id, int key, boolean isNew, State state, long version) {
    this.id = id;
    this.key = key;
    this.isNew = isNew;
    this.state = state;
    this.version = version;
  }

  /** One that the table has. */
  static DeviceDraft stored(DeviceId id, int key, State state, long version) {
    return new DeviceDraft(id, key, false, state, version);
  }

  /** One that the table will have. */
  static DeviceDraft created(DeviceId id, int key, State state) {
    return new DeviceDraft(id, key, true, state, 1);
  }

  /**
   * Takes over a state.
   *
   * @return whether that changed anything
   */
  boolean update(State wanted) {
    if (state.equals(wanted)) {
      return false;
    }
    state = wanted;
    version++;
    changed = true;
    return true;
  }

  /** As its operator would write it. */
  DeviceBody body() {
    return new DeviceBody(
        id,
        state.type() == null ? null : new TypeId(state.type()),
        state.gateway() == null ? null : new DeviceId(state.gateway()),
        state.tags(),
        state.attributes().getMap(),
        state.enabled());
  }

  DeviceId id() {
    return id;
  }

  int key() {
    return key;
  }

  boolean isNew() {
    return isNew;
  }

  /** Whether a stored one has to be written. */
  boolean isChanged() {
    return changed && !isNew;
  }

  State state() {
    return Objects.requireNonNull(state);
  }

  long version() {
    return version;
  }
}
