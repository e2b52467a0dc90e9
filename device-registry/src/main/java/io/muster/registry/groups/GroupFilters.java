package io.muster.registry.groups;

import io.muster.registry.devices.DeviceConditions;
import io.muster.registry.search.Filter;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import io.muster.rest.problem.RefusedException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Refuses what cannot be the filter of a group. Thread-safe. */
@ApplicationScoped
class GroupFilters {

  /**
   * @param filter null: the group has members
   */
  void check(String filter) {
    if (filter == null) {
      return;
    }
    try {
      DeviceConditions.checkForGroup(Filter.read(filter));
    } catch (RefusedException refused) {
      throw refused.refusal() instanceof Refusal.Malformed malformed ? inBody(malformed) : refused;
    }
  }

  private static RuntimeException inBody(Refusal.Malformed malformed) {
    var errors =
        malformed.errors().stream().map(error -> FieldError.at("/filter", error.detail())).toList();
    return new Refusal.Meaningless(List.copyOf(errors)).asException();
  }
}
