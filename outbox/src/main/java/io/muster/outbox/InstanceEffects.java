package io.muster.outbox;

import io.muster.contract.event.EventPage;
import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Effects in the memory of an instance, which end with it. So does the position: it begins at the
 * log's end, and is kept for as long as the instance lives, so that whatever the log takes up while
 * it cannot be read has its effect when it can be read again.
 */
public final class InstanceEffects implements EventFollower.Effects {
  private static final long NONE = -1;

  /** What an instance does about the events of another service. Called one call at a time. */
  public interface Effect {

    /**
     * The position is known: nothing that happens from now on is missed. Called once. What happened
     * before is never read; whatever was learnt earlier may be contradicted by it.
     */
    void begin();

    /** Must neither fail nor block for long. */
    void take(OutboxEvent event);

    /** Events are lost, nobody knows which. */
    void missed();

    /** All that the log held when it was last asked for has been taken. */
    default void upToDate() {}
  }

  private final EventFollower.Fetch log;
  private final Effect effect;
  private final AtomicLong position = new AtomicLong(NONE);

  public InstanceEffects(EventFollower.Fetch log, Effect effect) {
    this.log = log;
    this.effect = effect;
  }

  @Override
  public Uni<Long> position() {
    return position.get() == NONE
        ? log.page(Long.MAX_VALUE, 1).map(page -> beginAt(page.next()))
        : Uni.createFrom().item(position::get);
  }

  /** An answer that the follower waits for no more may still come, after a later one. */
  private long beginAt(long end) {
    if (position.compareAndSet(NONE, end)) {
      effect.begin();
    }
    return position.get();
  }

  @Override
  public Uni<Void> take(EventPage page) {
    page.items().forEach(effect::take);
    position.set(page.next());
    return Uni.createFrom().voidItem();
  }

  @Override
  public Uni<Long> startOver(long end) {
    effect.missed();
    position.set(end);
    return Uni.createFrom().item(end);
  }

  @Override
  public void upToDate() {
    effect.upToDate();
  }
}
