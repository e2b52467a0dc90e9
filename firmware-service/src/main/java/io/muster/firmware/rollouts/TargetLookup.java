package io.muster.firmware.rollouts;

import io.muster.contract.id.DeviceId;
import io.muster.contract.id.TenantId;
import io.muster.contract.registry.DeviceView;
import io.muster.firmware.neighbours.DeviceIds;
import io.muster.firmware.neighbours.Neighbours;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Asks the registry for a rollout's devices, a page after the other: whoever goes on for another
 * knows where it was, and no more than a page is in memory. Waits; thread-safe.
 */
@ApplicationScoped
class TargetLookup {
  /** Of a filter: what is added to it must fit in, too. */
  static final int FILTER_CHARACTERS = 3_000;

  private static final int TYPES = 10;

  /** Before every id. */
  private static final String FIRST = "-";

  private final Neighbours neighbours;
  private final RolloutsConfig config;

  TargetLookup(Neighbours neighbours, RolloutsConfig config) {
    this.neighbours = neighbours;
    this.config = config;
  }

  /**
   * Some of a rollout's devices.
   *
   * @param fitting that the registry has and the distribution fits, in their order
   * @param incompatible that the registry has, of other types
   * @param unknown that it does not have
   * @param from how many there were before, of listed ones; else 0
   * @param next where to go on; null at the end
   */
  record Page(
      List<DeviceView> fitting,
      List<DeviceId> incompatible,
      List<DeviceId> unknown,
      int from,
      String next) {
    Page {
      fitting = List.copyOf(fitting);
      incompatible = List.copyOf(incompatible);
      unknown = List.copyOf(unknown);
    }
  }

  /**
   * Reads on.
   *
   * @param types of devices that fit; empty: all
   * @param after what the page before gave as next; empty at the beginning
   * @throws io.muster.rest.client.NeighbourAwayException when the registry does not say
   * @throws io.muster.rest.client.RefusedQuestionException when it understands a filter differently
   */
  Page after(TenantId tenant, Targets targets, List<String> types, String after) {
    return switch (targets) {
      case Targets.Listed it -> listed(tenant, it.devices(), types, after);
      case Targets.Fitting it -> fitting(tenant, it.filter(), types, after);
      case Targets.GoingBack _ -> throw new IllegalStateException("nobody has to be asked");
    };
  }

  /** Throws like {@link #after} when the registry cannot be asked for these. */
  void check(TenantId tenant, Targets targets) {
    if (targets instanceof Targets.Fitting it) {
      // By itself as well: else "a),(b" would do between brackets, and mean something else.
      devices(tenant, it.filter(), 1);
      devices(tenant, from(it.filter(), FIRST), 1);
    }
  }

  /** Those of them that there are. */
  List<DeviceView> there(TenantId tenant, List<String> devices) {
    return devices(tenant, DeviceIds.filter(devices), devices.size());
  }

  private Page fitting(TenantId tenant, String filter, List<String> types, String after) {
    var most = config.pageDevices();
    var begin = from(filter, after.isEmpty() ? FIRST : after);
    var found = devices(tenant, begin, most);
    if (found.isEmpty()) {
      return new Page(List.of(), List.of(), List.of(), 0, null);
    }
    var last = found.getLast().device().device().value();
    var fit = fit(tenant, begin + ";id=le=" + last, types, most);
    return split(found, fit, List.of(), 0, found.size() < most ? null : last);
  }

  private Page listed(TenantId tenant, List<DeviceId> devices, List<String> types, String after) {
    var from = after.isEmpty() ? 0 : Integer.parseInt(after);
    var asked = DeviceIds.some(devices.subList(from, devices.size()), DeviceId::value);
    var to = from + asked.size();
    var next = to < devices.size() ? Integer.toString(to) : null;
    var filter = DeviceIds.filter(asked.stream().map(DeviceId::value).toList());
    var answer = devices(tenant, filter, asked.size());
    var fit = fit(tenant, filter, types, asked.size());
    var there = ids(answer);
    var unknown = asked.stream().filter(it -> !there.contains(it)).toList();
    return split(inOrder(asked, answer), fit, unknown, from, next);
  }

  /**
   * @param fit null for all
   */
  private static Page split(
      List<DeviceView> found, Set<DeviceId> fit, List<DeviceId> unknown, int from, String next) {
    List<DeviceView> fitting = new ArrayList<>();
    List<DeviceId> incompatible = new ArrayList<>();
    for (var view : found) {
      if (fit == null || fit.contains(view.device().device())) {
        fitting.add(view);
      } else {
        incompatible.add(view.device().device());
      }
    }
    return new Page(fitting, incompatible, unknown, from, next);
  }

  private static List<DeviceView> inOrder(List<DeviceId> asked, List<DeviceView> answer) {
    var byId = answer.stream().collect(Collectors.toMap(it -> it.device().device(), it -> it));
    return asked.stream().map(byId::get).filter(it -> it != null).toList();
  }

  private List<DeviceView> devices(TenantId tenant, String filter, int most) {
    return neighbours.devices(tenant, filter, most).await().indefinitely();
  }

  private static Set<DeviceId> ids(List<DeviceView> views) {
    return views.stream()
        .map(it -> it.device().device())
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static String from(String filter, String after) {
    return "(" + filter + ");id=gt=" + after;
  }

  /**
   * Those of certain types; of many types in several questions.
   *
   * @return null when all fit
   */
  private Set<DeviceId> fit(TenantId tenant, String filter, List<String> types, int most) {
    if (types.isEmpty()) {
      return null;
    }
    Set<DeviceId> fit = new HashSet<>();
    for (var i = 0; i < types.size(); i += TYPES) {
      var some = String.join(",", types.subList(i, Math.min(types.size(), i + TYPES)));
      fit.addAll(ids(devices(tenant, filter + ";type=in=(" + some + ")", most)));
    }
    return fit;
  }
}
