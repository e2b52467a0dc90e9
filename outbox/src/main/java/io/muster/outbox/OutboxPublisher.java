package io.muster.outbox;

import io.muster.contract.event.OutboxEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Numbers the committed rows of a service's outbox and publishes them. Each instance of the service
 * runs one; an advisory lock makes one of them the publisher, and another takes over when it ends.
 *
 * <p>Numbering does not wait for publishing: with the broker away the log goes on. Each message is
 * published at least once, in order for each device; after a change of publisher or a lost answer
 * it may come again, and whoever receives it drops what it knows by id. Two virtual threads; memory
 * is bounded by {@link OutboxSettings#batchRows()}. One connection of the pool is held all the time
 * by the publisher, and none by a standby. Thread-safe.
 */
public final class OutboxPublisher implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(OutboxPublisher.class);
  private static final Duration HOUSEKEEPING = Duration.ofMinutes(1);
  private static final int TRIM_ROWS = 1_000;
  private static final int TRIM_PASSES = 20;

  private final Database database;
  private final OutboxSettings settings;
  private final Clock clock;
  private final PublisherState state;
  private final Publishing publishing;
  private final WakeUp wakeUp = new WakeUp();
  private final Pulse pulse = new Pulse();
  private final WakeUpElsewhere elsewhere;
  private final Thread thread;
  private volatile boolean closed;
  private volatile Term term;
  private Instant nextHousekeeping = Instant.MIN;

  /**
   * @param publish takes one event to the broker; completes when the broker has it, fails with
   *     {@link RefusedMessageException} when the broker never will; called on any thread
   * @param undelivered where messages go that cannot be delivered
   */
  public OutboxPublisher(
      Pool pool,
      OutboxSettings settings,
      Clock clock,
      Function<OutboxEvent, Uni<Void>> publish,
      UndeliveredSink undelivered) {
    this.database = new Database(pool, settings.databaseTimeout());
    this.settings = settings;
    this.clock = clock;
    this.state = new PublisherState(clock);
    this.publishing = new Publishing(new Backlog(database), settings, publish, undelivered, state);
    this.elsewhere = new WakeUpElsewhere(pool);
    this.thread = Thread.ofVirtual().name("outbox-publisher").unstarted(this::run);
  }

  /** Begins; with the database away it waits for it. */
  public void start() {
    thread.start();
  }

  /**
   * Says that rows were committed, whichever instance is the publisher. Costs nothing worth
   * speaking of, never blocks, never throws.
   */
  public void wakeUp() {
    if (term != null) {
      wakeUp.signal();
    } else {
      elsewhere.signal();
    }
  }

  /**
   * How long the publisher has shown no sign of life, whatever it may be waiting for. It shows one
   * at each attempt, also while the database or the broker is away, so that much more than the
   * timeouts of {@link OutboxSettings} means that it is stuck or dead.
   */
  public Duration silence() {
    var numbering = pulse.silence();
    if (!state.status().publisher()) {
      return numbering;
    }
    var publishingSilence = publishing.silence();
    return numbering.compareTo(publishingSilence) > 0 ? numbering : publishingSilence;
  }

  public OutboxStatus status() {
    return state.status();
  }

  /** How many messages the broker took from this instance since its start. */
  public long published() {
    return state.published();
  }

  /** How many messages this instance gave up since its start. */
  public long gaveUp(UndeliveredSink.Reason reason) {
    return state.gaveUpCount(reason);
  }

  /** Stops at once; what is on its way to the broker may be published again by the next one. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(settings.databaseTimeout());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closed) {
        pulse.beat();
        standForTerm();
        pulse.beat();
        wakeUp.await(settings.lockInterval());
      }
    } catch (InterruptedException ended) {
      LOG.debug("The outbox's publisher ends");
    }
  }

  private void standForTerm() throws InterruptedException {
    try {
      var begun = Term.begin(database, wakeUp::signal);
      if (begun.isPresent()) {
        serve(begun.get());
      }
    } catch (Database.DatabaseException away) {
      state.failing(away);
    } catch (RuntimeException unforeseen) {
      // This thread must not end: no other would number or publish here, and nobody would know.
      LOG.error("The outbox's publisher failed and stands again", unforeseen);
      state.failing(unforeseen);
    }
  }

  private void serve(Term own) throws InterruptedException {
    LOG.info("This instance publishes the outbox now");
    var publisher =
        Thread.ofVirtual().name("outbox-publishing").unstarted(() -> publishing.run(own::isOver));
    try {
      term = own;
      publishing.begin();
      state.publisher(true);
      publisher.start();
      number(own);
    } finally {
      term = null;
      state.publisher(false);
      // Nothing more is sent before the lock is given up, so that the next one sends in order.
      publisher.interrupt();
      publisher.join(settings.databaseTimeout());
      own.close();
      own.ended()
          .ifNoItem()
          .after(settings.databaseTimeout().plusSeconds(15))
          .recoverWithItem((Void) null)
          .await()
          .indefinitely();
      LOG.info("This instance publishes the outbox no more");
    }
  }

  private void number(Term own) throws InterruptedException {
    while (!closed && !own.isOver()) {
      pulse.beat();
      var numbered = own.number(settings.batchRows());
      if (numbered > 0) {
        publishing.wakeUp();
      }
      if (numbered < settings.batchRows()) {
        keepHouse();
        wakeUp.await(settings.pollInterval());
      }
    }
  }

  private void keepHouse() throws InterruptedException {
    if (clock.instant().isBefore(nextHousekeeping)) {
      return;
    }
    nextHousekeeping = clock.instant().plus(HOUSEKEEPING);
    var passes = 0;
    while (database.with(db -> OutboxLog.trim(db, settings.keepFor(), TRIM_ROWS)) == TRIM_ROWS
        && ++passes < TRIM_PASSES) {
      pulse.beat();
      LOG.debug("Trimmed a part of the outbox");
    }
  }
}
