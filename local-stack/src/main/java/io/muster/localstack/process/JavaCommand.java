package io.muster.localstack.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Command lines that run Java programs on the same JDK as this one. What {@value #MORE_OPTIONS}
 * holds, options with spaces between, comes after the program's own and so prevails.
 */
public final class JavaCommand {
  static final String MORE_OPTIONS = "MUSTER_JAVA_OPTIONS";

  private static final List<String> QUIET =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  private JavaCommand() {}

  /**
   * @param options for the JVM, such as {@code -Xmx192m}
   */
  public static List<String> jar(Path jar, List<String> options) {
    var command = virtualMachine(options, System.getenv(MORE_OPTIONS));
    command.addAll(List.of("-jar", jar.toString()));
    return command;
  }

  /**
   * @param options for the JVM, such as {@code -Xmx192m}
   */
  public static List<String> main(String classPath, String mainClass, List<String> options) {
    var command = virtualMachine(options, System.getenv(MORE_OPTIONS));
    command.addAll(List.of("-cp", classPath, mainClass));
    return command;
  }

  /**
   * @param more options between spaces, or null
   */
  static List<String> virtualMachine(List<String> options, String more) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(QUIET);
    command.add("-XX:+ExitOnOutOfMemoryError"); // ended and restarted beats half alive
    command.addAll(options);
    if (more != null && !more.isBlank()) {
      command.addAll(List.of(more.strip().split("\\s+")));
    }
    return command;
  }
}
