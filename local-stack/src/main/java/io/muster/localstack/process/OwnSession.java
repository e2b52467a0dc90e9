package io.muster.localstack.process;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a program in a session of its own. A terminal's Ctrl-C goes to every process of the
 * foreground group; without this, database and services would end together, in no order.
 */
final class OwnSession {
  private static final String PERL =
      "use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV or die $!";

  private OwnSession() {}

  /** The command that runs the given one in a new session with the same process id. */
  static List<String> of(List<String> command) {
    var whole = new ArrayList<String>();
    if (onPath("setsid")) {
      whole.add("setsid");
    } else if (onPath("perl")) {
      whole.addAll(List.of("perl", "-e", PERL)); // macOS has no setsid command
    }
    whole.addAll(command);
    return whole;
  }

  private static boolean onPath(String program) {
    for (var folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }
}
