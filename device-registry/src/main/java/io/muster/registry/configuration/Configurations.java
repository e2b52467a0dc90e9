package io.muster.registry.configuration;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.GroupId;
import io.muster.contract.id.TenantId;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.devices.DeviceSearch;
import io.muster.registry.events.Changes;
import io.muster.registry.groups.Groups;
import io.muster.registry.search.Filter;
import io.muster.registry.shadow.DesiredStates;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.versions.IfMatch;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * The configurations of groups, one for each group at most. They are applied in the background.
 * Thread-safe.
 */
@ApplicationScoped
class Configurations {
  private final Pool pool;
  private final Changes changes;
  private final Groups groups;
  private final DeviceSearch search;
  private final DesiredStates states;
  private final Clock clock;

  Configurations(
      Pool pool,
      Changes changes,
      Groups groups,
      DeviceSearch search,
      DesiredStates states,
      Clock clock) {
    this.pool = pool;
    this.changes = changes;
    this.groups = groups;
    this.search = search;
    this.states = states;
    this.clock = clock;
  }

  /** With how far it is; fails with 404 when there is no such group, or it has none. */
  Uni<ConfigurationView> read(TenantId tenant, GroupId group) {
    return ConfigurationTable.find(pool, tenant, group)
        .chain(
            found ->
                found
                    .map(it -> Uni.createFrom().item(it))
                    .orElseGet(() -> whatIsAbsent(tenant, group)))
        .chain(
            configuration ->
                search
                    .count(tenant, Optional.of(Filter.read("group==" + group)))
                    .chain(total -> ConfigurationTable.progress(pool, configuration, total))
                    .map(progress -> configuration.view().with(progress)));
  }

  /** Fails: either there is no such group, or it has no configuration. */
  private Uni<Configuration> whatIsAbsent(TenantId tenant, GroupId group) {
    return groups.requireThere(tenant, group).chain(() -> Uni.createFrom().failure(absent(group)));
  }

  /** Makes or replaces it; fails with 404 when there is no such group. */
  Uni<ConfigurationView> put(
      TenantId tenant, GroupId group, ConfigurationBody body, IfMatch ifMatch) {
    check(body.desired());
    return changes
        .auditedSql(
            _ -> entry("group-configured", tenant, group),
            connection ->
                locked(connection, tenant, group)
                    .chain(key -> put(connection, tenant, group, key, body, ifMatch)))
        .map(Configuration::view);
  }

  private Uni<Configuration> put(
      SqlConnection connection,
      TenantId tenant,
      GroupId group,
      int groupKey,
      ConfigurationBody body,
      IfMatch ifMatch) {
    return ConfigurationTable.find(connection, tenant, group)
        .chain(
            found -> {
              var revision = found.map(Configuration::revision).orElse(0L);
              ifMatch.check(revision);
              var next = revision + 1;
              return ConfigurationTable.put(connection, groupKey, next, body, clock.instant());
            })
        .chain(() -> ConfigurationTable.find(connection, tenant, group))
        .map(Optional::orElseThrow);
  }

  /** Begins to take it back; fails with 404 when there is none. */
  Uni<ConfigurationView> withdraw(TenantId tenant, GroupId group, IfMatch ifMatch) {
    return changes
        .auditedSql(
            _ -> entry("group-configuration-withdrawn", tenant, group),
            connection ->
                locked(connection, tenant, group)
                    .chain(
                        key ->
                            ConfigurationTable.find(connection, tenant, group)
                                .map(found -> found.orElseThrow(() -> absent(group)))
                                .invoke(found -> ifMatch.check(found.revision()))
                                .call(
                                    () ->
                                        ConfigurationTable.withdraw(
                                            connection, key, clock.instant()))
                                .chain(() -> ConfigurationTable.find(connection, tenant, group))
                                .map(Optional::orElseThrow)))
        .map(Configuration::view);
  }

  private Uni<Integer> locked(SqlConnection connection, TenantId tenant, GroupId group) {
    return ConfigurationTable.lockGroup(connection, tenant, group)
        .map(
            key ->
                key.orElseThrow(
                    () ->
                        new Refusal.Absent("There is no group '%s'.".formatted(group))
                            .asException()));
  }

  private void check(ObjectNode desired) {
    refuseNull(JsonPointer.empty(), desired);
    states
        .fault(desired)
        .ifPresent(
            fault -> {
              throw wrong(fault.pointer(), fault.message());
            });
  }

  private static void refuseNull(JsonPointer at, JsonNode node) {
    if (node.isNull()) {
      throw wrong(at.toString(), "is null, which no device can be like");
    }
    if (node instanceof ObjectNode members) {
      members.properties().forEach(it -> refuseNull(at.appendProperty(it.getKey()), it.getValue()));
    }
  }

  private static RuntimeException wrong(String pointer, String detail) {
    return new Refusal.Meaningless(List.of(FieldError.at("/desired" + pointer, detail)))
        .asException();
  }

  private static RuntimeException absent(GroupId group) {
    return new Refusal.Absent("The group '%s' has no configuration.".formatted(group))
        .asException();
  }

  private static AuditEntry entry(String action, TenantId tenant, GroupId group) {
    return new AuditEntry(action, tenant, "groups/" + group + "/configuration");
  }
}
