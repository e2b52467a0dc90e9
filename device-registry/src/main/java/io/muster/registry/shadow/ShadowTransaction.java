package io.muster.registry.shadow;

import io.muster.outbox.Outbox;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Shadows that one transaction reads and changes: locked together when it begins, changed in memory
 * in the order in which it is asked, written together at its end. For one thread.
 */
final class ShadowTransaction {
  private final SqlConnection connection;
  private final ShadowConfig config;
  private final Instant now;
  private final Map<ShadowKey, ShadowSlot> slots = new HashMap<>();

  private ShadowTransaction(SqlConnection connection, ShadowConfig config, Instant now) {
    this.connection = connection;
    this.config = config;
    this.now = now;
  }

  /**
   * Locks shadows until the transaction ends.
   *
   * @param ids all that it will touch
   * @param toUpdate those of them that an update may make
   */
  static Uni<ShadowTransaction> begin(
      SqlConnection connection,
      ShadowConfig config,
      Instant now,
      SortedSet<ShadowKey> ids,
      SortedSet<ShadowKey> toUpdate) {
    var begun = new ShadowTransaction(connection, config, now);
    return begun
        .place(toUpdate)
        .chain(() -> ShadowTable.lock(connection, ids))
        .invoke(locked -> locked.forEach(it -> begun.slots.put(it.id(), new ShadowSlot(it))))
        .replaceWith(begun);
  }

  private Uni<Void> place(SortedSet<ShadowKey> toUpdate) {
    if (toUpdate.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    return ShadowTable.known(connection, toUpdate)
        .chain(
            known -> {
              var missing = new TreeSet<>(toUpdate);
              missing.removeAll(known);
              return missing.isEmpty()
                  ? Uni.createFrom().voidItem()
                  : ShadowTable.place(
                      connection, missing, config.maxPerDevice(), config.rememberDeletedFor(), now);
            });
  }

  Instant now() {
    return now;
  }

  long seconds() {
    return now.getEpochSecond();
  }

  /** Empty when there is none. */
  Optional<StoredShadow> find(ShadowKey id) {
    return Optional.ofNullable(slots.get(id)).map(ShadowSlot::present).filter(it -> !it.deleted());
  }

  /** Those of a device that are there, of what was locked. */
  List<StoredShadow> of(int deviceKey) {
    return slots.values().stream()
        .map(ShadowSlot::present)
        .filter(it -> it.id().deviceKey() == deviceKey && !it.deleted())
        .toList();
  }

  /** The version that an update is based on; 0 before the first. */
  long version(ShadowKey id) {
    return slot(id).present().document().version();
  }

  /**
   * Updates a shadow, which makes it when it is not there.
   *
   * @throws ShadowRefusedException with 409, 413, or 429 when the device may not have more
   */
  ShadowDocument update(ShadowKey id, ShadowUpdate update, Source source) {
    var slot = slot(id);
    var next = slot.present().document().updated(update, seconds(), config.rules());
    slot.become(next, now, source);
    return next;
  }

  /** Deletes a shadow that is there; gives the version that went. */
  long delete(ShadowKey id) {
    var slot = slot(id);
    slot.delete(now);
    return slot.present().document().version();
  }

  private ShadowSlot slot(ShadowKey id) {
    var slot = slots.get(id);
    if (slot == null) {
      // An update asks for a place beforehand, and gets none in this case alone.
      throw ShadowRefusal.tooManyShadows(config.maxPerDevice()).asException();
    }
    return slot;
  }

  /** Those that were changed, as they are now. */
  List<StoredShadow> changed() {
    return slots.values().stream().filter(ShadowSlot::isChanged).map(ShadowSlot::present).toList();
  }

  private Uni<Void> write() {
    var changed = changed();
    var unused =
        slots.values().stream()
            .filter(it -> !it.isChanged() && it.present().document().version() == 0)
            .map(it -> it.present().key())
            .toList();
    var taken =
        unused.isEmpty() ? Uni.createFrom().voidItem() : ShadowTable.unplace(connection, unused);
    if (changed.isEmpty()) {
      return taken;
    }
    var keep = config.historyVersions();
    var versions = slots.values().stream().flatMap(it -> it.versions(keep).stream()).toList();
    return taken.chain(() -> ShadowTable.write(connection, changed, versions, keep));
  }

  /**
   * Writes what was changed and what is said of it. The statements go out together: others wait for
   * the rows meanwhile.
   */
  Uni<Void> write(Outgoing outgoing) {
    return Uni.join()
        .all(
            write(),
            PendingDeltas.expect(connection, outgoing.deltas(), now.plus(config.resendAfter())),
            Outbox.append(connection, outgoing.entries()).replaceWithVoid())
        .andFailFast()
        .replaceWithVoid();
  }
}
