package io.muster.benchmarks.registry;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.rounds.Contender;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.rounds.Stored;
import io.muster.contract.id.DeviceAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * All devices have lost their connection: how fast the registry knows, from the first event that it
 * can read to the last device that a search shows as offline.
 */
final class DisconnectedFleet implements Contender {
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final int LOOK_MILLISECONDS = 200;

  private final String name;
  private final SessionLog log;
  private final DeviceRows rows;
  private final List<DeviceAddress> devices;
  private final Supplier<List<ObservedProcess>> processes;
  private long epoch;

  DisconnectedFleet(
      String name,
      SessionLog log,
      DeviceRows rows,
      List<DeviceAddress> devices,
      Supplier<List<ObservedProcess>> processes) {
    this.name = name;
    this.log = log;
    this.rows = rows;
    this.devices = devices;
    this.processes = processes;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean storesRows() {
    return false;
  }

  @Override
  public List<ObservedProcess> processes() {
    return processes.get();
  }

  @Override
  public void prepare() throws InterruptedException {
    log.say(devices, true, ++epoch);
    await("online");
  }

  @Override
  public Stored run(Duration duration) throws InterruptedException {
    var start = System.nanoTime();
    log.say(devices, false, epoch);
    await("offline");
    return Stored.rows(devices.size(), Duration.ofNanos(System.nanoTime() - start));
  }

  private void await(String status) throws InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (rows.withPresence(status) != devices.size()) {
      if (System.nanoTime() > end) {
        throw new RoundFailedException("the devices did not become " + status);
      }
      Thread.sleep(LOOK_MILLISECONDS);
    }
  }
}
