package io.muster.localstack.stack;

import io.muster.localstack.Checkout;
import io.muster.localstack.home.MusterHome;
import java.io.UncheckedIOException;

/**
 * Says in the checkout that a stack runs from its build results, so that the script {@code
 * ./muster} does not build them anew meanwhile: with another {@code MUSTER_HOME} it could not find
 * that stack. Not telling is no reason to fail.
 */
final class ProgramsInUse {
  private final RunFolder users;
  private final MusterHome home;

  ProgramsInUse(Checkout checkout, MusterHome home) {
    this.users = new RunFolder(checkout.root().resolve("target").resolve("muster-running"));
    this.home = home;
  }

  void begin() {
    try {
      users.children().stream()
          .filter(user -> !user.isRunning())
          .forEach(ended -> users.remove(ended.name()));
      users.write(ProcessRecord.self(name(), "", ProcessState.STARTING, home.folder().toString()));
    } catch (UncheckedIOException unwritable) {
      // Then the script does not know; everything else works.
    }
  }

  void end() {
    try {
      users.remove(name());
    } catch (UncheckedIOException unwritable) {
      // It names a process that has ended, which is seen.
    }
  }

  private static String name() {
    return Long.toString(ProcessHandle.current().pid());
  }
}
