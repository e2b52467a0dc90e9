package io.muster.registry.groups;

import io.muster.contract.id.GroupId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A row of {@code device_group}. */
@Entity(name = "DeviceGroup")
@Table(name = "device_group")
class GroupEntity {
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

  @Column(columnDefinition = "text")
  String filter;

  @Column(name = "members_at_most")
  Integer membersAtMost;

  @Column(name = "created_at", updatable = false)
  Instant createdAt;

  @Column(name = "updated_at")
  Instant updatedAt;

  /** For Hibernate. */
  protected GroupEntity() {}

  static GroupEntity create(int tenantKey, GroupBody body, Instant now) {
    var group = new GroupEntity();
    group.tenantKey = tenantKey;
    group.id = body.id().value();
    group.version = 1;
    group.set(body);
    group.createdAt = now;
    group.updatedAt = now;
    return group;
  }

  /**
   * Takes over a new state.
   *
   * @return whether that changed anything
   */
  boolean update(GroupBody state, Instant now) {
    var same = new GroupBody(groupId(), state.name(), state.description(), state.filter());
    if (body().equals(same)) {
      return false;
    }
    set(state);
    changed(now);
    return true;
  }

  /** Its members are others. */
  void changed(Instant now) {
    version++;
    updatedAt = now;
  }

  /** So many more than before joined, or so many fewer. */
  void moved(int more) {
    membersAtMost = membersAtMost == null ? null : Integer.valueOf(membersAtMost + more);
  }

  /** So many are there, deleted devices left out. */
  void counted(int members) {
    membersAtMost = members;
  }

  /** Whether it has no more members than that, as far as is known without counting. */
  boolean isSurelyWithin(int most) {
    return membersAtMost != null && membersAtMost <= most;
  }

  boolean isDynamic() {
    return filter != null;
  }

  GroupId groupId() {
    return new GroupId(id);
  }

  GroupBody body() {
    return new GroupBody(groupId(), name, description, filter);
  }

  GroupRepresentation representation() {
    return new GroupRepresentation(
        id, name, description, filter, null, version, createdAt, updatedAt);
  }

  private void set(GroupBody body) {
    name = body.name();
    description = body.description();
    filter = body.filter();
  }
}
