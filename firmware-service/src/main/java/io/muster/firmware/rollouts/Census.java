package io.muster.firmware.rollouts;

import io.muster.contract.id.TenantId;
import io.muster.rest.client.NeighbourAwayException;
import io.muster.rest.client.RefusedQuestionException;
import io.muster.rest.problem.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Says what a rollout would be like, without making it. Waits; thread-safe. */
@ApplicationScoped
class Census {
  private final Rollouts rollouts;
  private final TargetLookup lookup;
  private final RolloutsConfig config;
  private final Clock clock;

  Census(Rollouts rollouts, TargetLookup lookup, RolloutsConfig config, Clock clock) {
    this.rollouts = rollouts;
    this.lookup = lookup;
    this.config = config;
    this.clock = clock;
  }

  /**
   * Counts the devices as they are now. 503 when the registry does not tell of them, 429 when there
   * are more than a rollout may have.
   */
  ForecastView take(TenantId tenant, RolloutBody body) {
    var now = clock.instant();
    NewRollout.read(body, config, now);
    var types = rollouts.distribution(tenant, body.distribution()).deviceTypes();
    try {
      lookup.check(tenant, Targets.of(body.targets()));
      return view(body, count(tenant, Targets.of(body.targets()), types), now);
    } catch (NeighbourAwayException away) {
      throw Rollouts.away();
    } catch (RefusedQuestionException refused) {
      throw Rollouts.refused(body.targets(), refused);
    }
  }

  private record Counted(long fitting, long disabled, long incompatible, long unknown) {
    Counted plus(TargetLookup.Page page) {
      var off = page.fitting().stream().filter(it -> !it.enabled()).count();
      return new Counted(
          fitting + page.fitting().size() - off,
          disabled + off,
          incompatible + page.incompatible().size(),
          unknown + page.unknown().size());
    }

    long all() {
      return fitting + disabled + incompatible + unknown;
    }
  }

  private Counted count(TenantId tenant, Targets targets, List<String> types) {
    var counted = new Counted(0, 0, 0, 0);
    var after = "";
    while (after != null) {
      var page = lookup.after(tenant, targets, types, after);
      counted = counted.plus(page);
      after = page.next();
      if (counted.all() > config.devices()) {
        throw new Refusal.LimitReached("devices of the rollout", config.devices()).asException();
      }
    }
    return counted;
  }

  private ForecastView view(RolloutBody body, Counted counted, Instant now) {
    var plan = Plan.of(body.plan());
    var begins = plan.startAt().filter(it -> it.isAfter(now)).orElse(now);
    List<ForecastView.GroupView> groups = new ArrayList<>();
    List<Long> sizes = new ArrayList<>();
    // Also those that may not take part now have their place in a group.
    var all = counted.fitting() + counted.disabled();
    var left = all;
    for (var group : plan.groups()) {
      var devices = group.devices(all, left);
      left -= devices;
      sizes.add(devices);
      groups.add(new ForecastView.GroupView(group.name(), devices));
    }
    var end = Forecast.end(plan, sizes, 0, config.assumedUpdate(), begins);
    return new ForecastView(
        counted.all(),
        counted.fitting(),
        counted.disabled(),
        counted.incompatible(),
        counted.unknown(),
        groups,
        config.assumedUpdate(),
        begins,
        end.orElse(null),
        end.map(it -> Duration.between(begins, it)).orElse(null));
  }
}
