package io.muster.command.jobs;

import io.muster.command.neighbours.Neighbours;
import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Asks the registry for a job's devices, a page after the other: whoever goes on for another knows
 * where it was, and no more than a page is in memory. Thread-safe.
 */
@ApplicationScoped
class TargetLookup {
  /** Bounds of the registry's filter language: its characters and its values of a comparison. */
  private static final int ID_CHARACTERS = 3_500;

  private static final int IDS = 200;

  /** Before every id. */
  private static final String FIRST = "-";

  private final Neighbours neighbours;
  private final JobsConfig config;

  TargetLookup(Neighbours neighbours, JobsConfig config) {
    this.neighbours = neighbours;
    this.config = config;
  }

  /**
   * Some of a job's devices.
   *
   * @param found that the registry has, in their order
   * @param unknown that it does not have
   * @param next where to go on; null at the end
   */
  record Page(List<DeviceId> found, List<DeviceId> unknown, String next) {}

  /**
   * Reads on.
   *
   * @param after what the page before gave as next; empty at the beginning
   * @return fails with {@link io.muster.rest.client.NeighbourAwayException} when the registry does
   *     not say, with {@link io.muster.rest.client.RefusedQuestionException} when it understands a
   *     filter differently
   */
  Uni<Page> after(TenantId tenant, Targets targets, String after) {
    return switch (targets) {
      case Targets.Listed it -> listed(tenant, it.devices(), after);
      case Targets.Fitting it -> fitting(tenant, it.filter(), after);
    };
  }

  /** Fails like {@link #after} when the registry cannot be asked for these. */
  Uni<Void> check(TenantId tenant, Targets targets) {
    return switch (targets) {
      case Targets.Listed it -> Uni.createFrom().voidItem();
      // By itself as well: one that ends the parentheses around it would name the same for ever.
      case Targets.Fitting it ->
          neighbours
              .devices(tenant, it.filter(), 1)
              .flatMap(alone -> neighbours.devices(tenant, from(it.filter(), FIRST), 1))
              .replaceWithVoid();
    };
  }

  private Uni<Page> fitting(TenantId tenant, String filter, String after) {
    var page = config.pageDevices();
    return neighbours
        .devices(tenant, from(filter, after.isEmpty() ? FIRST : after), page)
        .map(
            found ->
                new Page(found, List.of(), found.size() < page ? null : found.getLast().value()));
  }

  private static String from(String filter, String after) {
    return "(" + filter + ");id=gt=" + after;
  }

  private Uni<Page> listed(TenantId tenant, List<DeviceId> devices, String after) {
    var from = after.isEmpty() ? 0 : Integer.parseInt(after);
    var asked = some(devices.subList(from, devices.size()));
    var to = from + asked.size();
    var next = to < devices.size() ? Integer.toString(to) : null;
    var filter =
        asked.stream().map(DeviceId::value).collect(Collectors.joining(",", "id=in=(", ")"));
    return neighbours
        .devices(tenant, filter, asked.size())
        .map(
            answer -> {
              var there = new HashSet<>(answer);
              var split = asked.stream().collect(Collectors.partitioningBy(there::contains));
              return new Page(split.get(true), split.get(false), next);
            });
  }

  /** As many as fit into one question. */
  private static List<DeviceId> some(List<DeviceId> devices) {
    List<DeviceId> some = new ArrayList<>();
    var characters = 0;
    for (var device : devices) {
      characters += device.value().length() + 1;
      if (some.size() == IDS || characters > ID_CHARACTERS) {
        break;
      }
      some.add(device);
    }
    return some;
  }
}
