package io.muster.localstack.postgres;

import com.sun.security.auth.module.UnixSystem;
import io.muster.localstack.UserMistake;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * PostgreSQL refuses to run as root. For root its programs run in a user namespace of their own,
 * where they see an ordinary account while files keep their owner.
 *
 * @param prefix what to write before the command
 */
record Account(List<String> prefix) {

  /**
   * @throws UserMistake when this is root and the system allows no user namespaces
   */
  static Account forPostgres() {
    if (new UnixSystem().getUid() != 0) {
      return new Account(List.of());
    }
    var namespace = List.of("unshare", "-U");
    if (!works(namespace)) {
      throw new UserMistake(
          "PostgreSQL refuses to run as root, and this system does not allow root the user"
              + " namespace that would help (unshare -U). Run ./muster as an ordinary user, or give"
              + " --database-url an existing PostgreSQL.");
    }
    return new Account(namespace);
  }

  List<String> command(List<String> command) {
    var whole = new ArrayList<>(prefix);
    whole.addAll(command);
    return whole;
  }

  private static boolean works(List<String> prefix) {
    var command = new ArrayList<>(prefix);
    command.add("true");
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
