package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ShadowName;
import io.muster.contract.message.UserProperties;
import io.muster.outbox.EventIds;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Changes what is desired of many devices in one transaction. Thread-safe. */
@ApplicationScoped
public class DesiredStates {
  private final ShadowConfig config;
  private final Clock clock;
  private final EventIds ids;

  DesiredStates(ShadowConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /**
   * What is to change.
   *
   * @param deviceKey of the device's row
   * @param mayCreate whether a shadow is made that is not there
   * @param patch gives the change of what is desired from what is desired now, which is empty
   *     rather than null; an empty one changes nothing
   */
  public record Change(
      DeviceAddress device,
      int deviceKey,
      ShadowName shadow,
      boolean mayCreate,
      UnaryOperator<ObjectNode> patch) {

    ShadowKey key() {
      return new ShadowKey(deviceKey, shadow);
    }
  }

  /**
   * Why a state could never be desired.
   *
   * @param pointer into the state
   * @param message what is wrong there
   */
  public record Fault(String pointer, String message) {}

  /** Looks whether a state can be desired; empty when it can. */
  public Optional<Fault> fault(ObjectNode desired) {
    var state = ShadowJson.object();
    state.set(ShadowUpdate.DESIRED, desired);
    try {
      ShadowUpdate.read(ShadowJson.object().set("state", state), config.rules());
      if (ShadowJson.bytes(state).length > config.maxBytes()) {
        return Optional.of(
            new Fault("", "would make shadows longer than %d bytes".formatted(config.maxBytes())));
      }
      return Optional.empty();
    } catch (ShadowRefusedException refused) {
      var pointer = refused.refusal().pointer().replaceFirst("^/state/desired", "");
      return Optional.of(new Fault(pointer, refused.refusal().message()));
    }
  }

  /**
   * Applies the changes, each of another shadow.
   *
   * @return for each why it was not applied, empty when it was or when nothing was to change
   */
  public Uni<List<Optional<String>>> apply(SqlConnection transaction, List<Change> changes) {
    var now = clock.instant();
    var all = new TreeSet<ShadowKey>();
    var toCreate = new TreeSet<ShadowKey>();
    for (var change : changes) {
      all.add(change.key());
      if (change.mayCreate()) {
        toCreate.add(change.key());
      }
    }
    return ShadowTransaction.begin(transaction, config, now, all, toCreate)
        .chain(
            shadows -> {
              var outgoing = new Outgoing(ids, now);
              List<Optional<String>> refusals = new ArrayList<>(changes.size());
              changes.forEach(change -> refusals.add(apply(shadows, outgoing, change)));
              return shadows.write(outgoing).replaceWith(refusals);
            });
  }

  private static Optional<String> apply(
      ShadowTransaction shadows, Outgoing outgoing, Change change) {
    var before = shadows.find(change.key()).map(StoredShadow::document);
    if (before.isEmpty() && !change.mayCreate()) {
      return Optional.empty();
    }
    var document = before.orElse(ShadowDocument.NONE);
    var desired = document.desired().state();
    var patch = change.patch().apply(desired == null ? ShadowJson.object() : desired);
    if (patch.isEmpty()) {
      return Optional.empty();
    }
    try {
      shadows.update(change.key(), ShadowUpdate.desired(patch), Source.CONFIGURATION);
    } catch (ShadowRefusedException refused) {
      return Optional.of(refused.refusal().message());
    }
    outgoing.updated(
        new ShadowPlace(change.device(), change.deviceKey(), change.shadow()),
        shadows.find(change.key()).orElseThrow(),
        document,
        null,
        UserProperties.NONE);
    return Optional.empty();
  }

  /** Whether two values are the same in a shadow: numbers by their value. */
  public static boolean same(JsonNode one, JsonNode other) {
    return Delta.same(one, other);
  }

  /** Reads JSON with all digits of its numbers. */
  public static ObjectNode read(String stored) {
    return ShadowJson.stored(stored);
  }

  /** Writes JSON with all digits of its numbers. */
  public static String text(ObjectNode state) {
    return ShadowJson.text(state);
  }
}
