package io.muster.ingest.endpoint.authorisation;

import io.muster.contract.id.DeviceAddress;
import io.muster.ingest.access.DeviceAccess;
import io.muster.ingest.access.Mandate;
import io.muster.ingest.endpoint.EndpointConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * For which devices behind it one connection may speak. While nobody can tell it asks again, with
 * growing pauses; what was given on this connection stays given until there is word of that device.
 * On the connection's event loop, on which all answers come.
 */
public final class Mandates {
  /** Who must hear of it when there is word of a device for which a connection speaks. */
  public interface Register {
    void speaksFor(DeviceAddress device);

    void speaksNoMoreFor(DeviceAddress device);
  }

  private static final long FOR_EVER = Long.MAX_VALUE;

  private final DeviceAddress gateway;
  private final DeviceAccess access;
  private final EndpointConfig.Mandates config;
  private final ScheduledExecutorService loop;
  private final Register register;

  /** Until when each is not asked about again, in nanoseconds. */
  private final Map<DeviceAddress, Long> given = new HashMap<>();

  private boolean ended;

  public Mandates(
      DeviceAddress gateway,
      DeviceAccess access,
      EndpointConfig.Mandates config,
      ScheduledExecutorService loop,
      Register register) {
    this.gateway = gateway;
    this.access = access;
    this.config = config;
    this.loop = loop;
    this.register = register;
  }

  /** Null when the registry has to be asked. */
  public Boolean ifKnown(DeviceAddress device) {
    return access.maySpeakForIfKnown(gateway, device);
  }

  /**
   * Asks as long as the patience lasts.
   *
   * @param then hears the answer, at once perhaps; {@link Mandate#UNKNOWN} when nobody could tell
   *     in that time, and when the connection has ended before
   */
  public void ask(DeviceAddress device, Consumer<Mandate> then) {
    var until = given.get(device);
    if (until != null && System.nanoTime() - until < 0) {
      then.accept(Mandate.GIVEN);
      return;
    }
    attempt(new Question(device, deadline(config.patience()), then), config.minBackoff());
  }

  /** Asks a single time. */
  public void askOnce(DeviceAddress device, Consumer<Mandate> then) {
    attempt(new Question(device, System.nanoTime(), then), config.minBackoff());
  }

  /** Asks until somebody can tell or the connection has ended. */
  public void askUntilKnown(DeviceAddress device, Consumer<Mandate> then) {
    attempt(new Question(device, FOR_EVER, then), config.minBackoff());
  }

  private record Question(DeviceAddress device, long deadlineNanos, Consumer<Mandate> then) {
    boolean isOver() {
      return deadlineNanos != FOR_EVER && System.nanoTime() - deadlineNanos >= 0;
    }
  }

  private static long deadline(Duration fromNow) {
    return System.nanoTime() + fromNow.toNanos();
  }

  private void attempt(Question question, Duration backoff) {
    if (ended) {
      question.then.accept(Mandate.UNKNOWN);
      return;
    }
    access
        .maySpeakFor(gateway, question.device)
        .subscribe()
        .with(
            mandate -> loop.execute(() -> answered(question, mandate, backoff)),
            failure -> loop.execute(() -> answered(question, Mandate.UNKNOWN, backoff)));
  }

  private void answered(Question question, Mandate mandate, Duration backoff) {
    switch (ended ? Mandate.UNKNOWN : mandate) {
      case GIVEN -> {
        remember(question.device, 0);
        question.then.accept(Mandate.GIVEN);
      }
      case NOT_GIVEN -> {
        forget(question.device);
        question.then.accept(Mandate.NOT_GIVEN);
      }
      case UNKNOWN -> nobodyCanTell(question, backoff);
    }
  }

  private void nobodyCanTell(Question question, Duration backoff) {
    if (given.containsKey(question.device)) {
      // Not at each message: a registry that is away takes its time to say nothing.
      remember(question.device, config.maxBackoff().toNanos());
      question.then.accept(Mandate.GIVEN);
    } else if (ended || question.isOver()) {
      question.then.accept(Mandate.UNKNOWN);
    } else {
      var doubled = backoff.multipliedBy(2);
      var next = doubled.compareTo(config.maxBackoff()) > 0 ? config.maxBackoff() : doubled;
      loop.schedule(() -> attempt(question, next), withJitter(backoff), TimeUnit.NANOSECONDS);
    }
  }

  /** So that the connections that wait do not all ask at the same moment. */
  private static long withJitter(Duration backoff) {
    var nanos = backoff.toNanos();
    return nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1);
  }

  private void remember(DeviceAddress device, long trustedForNanos) {
    if (!given.containsKey(device)) {
      if (given.size() >= config.most()) {
        return;
      }
      register.speaksFor(device);
    }
    given.put(device, System.nanoTime() + trustedForNanos);
  }

  /** There was word of the device: what was given is to be asked for again. */
  public void forget(DeviceAddress device) {
    if (given.remove(device) != null) {
      register.speaksNoMoreFor(device);
    }
  }

  /** The connection has ended. */
  public void end() {
    ended = true;
    given.keySet().forEach(register::speaksNoMoreFor);
    given.clear();
  }
}
