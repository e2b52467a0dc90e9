package io.muster.contract.event;

import java.time.Instant;
import java.util.List;

/**
 * A device has installed something: the {@code data} of {@code
 * platform/firmware/installed/{tenant}/{device}}. It tells all that is installed now, so the last
 * one is the whole truth.
 *
 * @param modules what is installed, in the order of their names
 * @param at when the device said so
 */
public record InstalledEvent(List<Module> modules, Instant at) {
  public InstalledEvent {
    modules = List.copyOf(modules);
  }

  /**
   * An installed software module.
   *
   * @param type {@code firmware}, {@code application}, {@code model} or {@code configuration}
   */
  public record Module(String name, String version, String type) {}
}
