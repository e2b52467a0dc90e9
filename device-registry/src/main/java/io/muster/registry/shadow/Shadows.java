package io.muster.registry.shadow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.contract.id.DeviceAddress;
import io.muster.contract.id.ShadowName;
import io.muster.contract.message.UserProperties;
import io.muster.outbox.EventIds;
import io.muster.registry.audit.AuditEntry;
import io.muster.registry.events.Changes;
import io.muster.rest.tracing.TraceProperties;
import io.muster.rest.versions.IfMatch;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Shadows as people and programs see them, over REST. Concurrent updates of one follow one another,
 * whoever makes them. Thread-safe.
 */
@ApplicationScoped
class Shadows {
  private final Pool pool;
  private final Changes changes;
  private final ShadowConfig config;
  private final Clock clock;
  private final EventIds ids;

  Shadows(Pool pool, Changes changes, ShadowConfig config, Clock clock) {
    this.pool = pool;
    this.changes = changes;
    this.config = config;
    this.clock = clock;
    this.ids = new EventIds(clock);
  }

  /**
   * What a request is answered.
   *
   * @param version of the shadow
   */
  record Answer(long version, ObjectNode body) {}

  /** Fails with 404 when there is no such device or shadow. */
  Uni<Answer> get(DeviceAddress device, ShadowName name) {
    return place(device, name)
        .chain(
            place ->
                ShadowTable.find(pool, place.key())
                    .map(
                        found -> {
                          var document = found.orElseThrow(() -> absent(place)).document();
                          var seconds = clock.instant().getEpochSecond();
                          return new Answer(
                              document.version(), ShadowMessages.whole(document, seconds, null));
                        }));
  }

  /**
   * Updates a shadow, which makes it when it is not there.
   *
   * @param payload a request state document of AWS IoT
   */
  Uni<Answer> update(DeviceAddress device, ShadowName name, byte[] payload, IfMatch ifMatch) {
    ShadowRequest request;
    ShadowUpdate update;
    try {
      request = ShadowRequest.update(payload, config.rules());
      update = ShadowUpdate.read(request.body(), config.rules());
    } catch (ShadowRefusedException refused) {
      throw ShadowProblems.of(refused.refusal(), config);
    }
    return changed(
        "shadow-updated",
        device,
        name,
        true,
        change -> {
          ifMatch.check(change.shadows().version(change.place().key()));
          var before = change.before();
          var after = change.shadows().update(change.place().key(), update, Source.API);
          change.tell(before, request.clientToken());
          var seconds = change.shadows().seconds();
          return new Answer(
              after.version(),
              ShadowMessages.accepted(update, after, seconds, request.clientToken()));
        });
  }

  /** Fails with 404 when there is no such device or shadow. */
  Uni<Answer> delete(DeviceAddress device, ShadowName name, IfMatch ifMatch) {
    return changed(
        "shadow-deleted",
        device,
        name,
        false,
        change -> {
          var key = change.place().key();
          var present = change.shadows().find(key).orElseThrow(() -> absent(change.place()));
          ifMatch.check(present.document().version());
          var version = change.shadows().delete(key);
          return new Answer(
              version, ShadowMessages.deleted(version, change.shadows().seconds(), null));
        });
  }

  Uni<List<ShadowItem>> list(DeviceAddress device) {
    return ShadowDevices.require(pool, device).chain(key -> ShadowTable.list(pool, key));
  }

  /** The versions that are kept, the latest first; fails with 404 when there is none. */
  Uni<List<ShadowVersion>> history(DeviceAddress device, ShadowName name) {
    return place(device, name)
        .chain(
            place ->
                ShadowTable.history(pool, place.key())
                    .invoke(
                        versions -> {
                          if (versions.isEmpty()) {
                            throw absent(place);
                          }
                        }));
  }

  private Uni<Answer> changed(
      String action,
      DeviceAddress device,
      ShadowName name,
      boolean mayCreate,
      Function<Change, Answer> change) {
    return changes.auditedSql(
        _ -> entry(action, device, name),
        connection ->
            ShadowDevices.require(connection, device)
                .map(key -> new ShadowPlace(device, key, name))
                .chain(place -> change(connection, place, mayCreate, change)));
  }

  private Uni<Answer> change(
      SqlConnection connection,
      ShadowPlace place,
      boolean mayCreate,
      Function<Change, Answer> change) {
    var one = new TreeSet<>(List.of(place.key()));
    var now = clock.instant();
    return ShadowTransaction.begin(connection, config, now, one, mayCreate ? one : new TreeSet<>())
        .chain(
            shadows -> {
              var outgoing = new Outgoing(ids, now);
              Answer answer;
              try {
                answer = change.apply(new Change(place, shadows, outgoing));
              } catch (ShadowRefusedException refused) {
                throw ShadowProblems.of(refused.refusal(), config);
              }
              return shadows.write(outgoing).replaceWith(answer);
            });
  }

  /** One shadow while it is changed. */
  private record Change(ShadowPlace place, ShadowTransaction shadows, Outgoing outgoing) {
    ShadowDocument before() {
      return shadows.find(place.key()).map(StoredShadow::document).orElse(ShadowDocument.NONE);
    }

    void tell(ShadowDocument before, String clientToken) {
      var after = shadows.find(place.key()).orElseThrow();
      outgoing.updated(
          place, after, before, clientToken, UserProperties.of(TraceProperties.current()));
    }
  }

  private Uni<ShadowPlace> place(DeviceAddress device, ShadowName name) {
    return ShadowDevices.require(pool, device).map(key -> new ShadowPlace(device, key, name));
  }

  private RuntimeException absent(ShadowPlace place) {
    return ShadowProblems.of(ShadowRefusal.absent(place.label()), config);
  }

  private static AuditEntry entry(String action, DeviceAddress device, ShadowName name) {
    return AuditEntry.ofDevice(action, device, name.isClassic() ? "/shadow" : "/shadow/" + name);
  }
}
