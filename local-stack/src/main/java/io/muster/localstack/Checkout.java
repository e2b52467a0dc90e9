package io.muster.localstack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The source tree whose build results are run.
 *
 * @param root the folder of the parent {@code pom.xml}
 */
public record Checkout(Path root) {
  private static final String ROOT_PROPERTY = "muster.root";
  private static final String PARENT_ARTIFACT = "<artifactId>muster-parent</artifactId>";

  /**
   * The tree named by the system property {@code muster.root}, else the one around the working
   * directory.
   *
   * @throws UserMistake when there is none
   */
  public static Checkout find() {
    var named = System.getProperty(ROOT_PROPERTY);
    return named == null
        ? around(Path.of("").toAbsolutePath())
        : new Checkout(Path.of(named).toAbsolutePath().normalize());
  }

  static Checkout around(Path folder) {
    for (var candidate = folder; candidate != null; candidate = candidate.getParent()) {
      if (isRoot(candidate)) {
        return new Checkout(candidate);
      }
    }
    throw new UserMistake(
        "No Muster checkout at or above " + folder + ". Change into one, or run its ./muster.");
  }

  private static boolean isRoot(Path folder) {
    var pom = folder.resolve("pom.xml");
    try {
      if (!Files.isRegularFile(pom)) {
        return false;
      }
      var text = Files.readString(pom);
      // In a module the same name stands inside <parent>.
      var parent = text.indexOf("</parent>");
      return text.indexOf(PARENT_ARTIFACT, Math.max(0, parent)) >= 0;
    } catch (IOException unreadable) {
      return false;
    }
  }

  /**
   * The jar of a plain module, built by {@code mvn package}.
   *
   * @param module its folder; the last part of it is the artifact's name
   */
  public Path jar(String module) {
    var target = root.resolve(module).resolve("target");
    try (var files = Files.list(target)) {
      return files
          .filter(file -> isMainJar(module, file))
          .findFirst()
          .orElseThrow(() -> unbuilt(module));
    } catch (IOException absent) {
      throw unbuilt(module);
    }
  }

  /** The class path of a plain module: its jar and {@code target/lib}. */
  public String classPath(String module) {
    var jar = jar(module);
    return jar + java.io.File.pathSeparator + jar.resolveSibling("lib").resolve("*");
  }

  /** The runnable jar of a Quarkus module. */
  public Path quarkusJar(String module) {
    var jar = root.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    if (!Files.isRegularFile(jar)) {
      throw unbuilt(module);
    }
    return jar;
  }

  private static boolean isMainJar(String module, Path file) {
    var name = file.getFileName().toString();
    return name.startsWith(Path.of(module).getFileName() + "-")
        && name.endsWith(".jar")
        && List.of("-tests.jar", "-sources.jar", "-javadoc.jar").stream().noneMatch(name::endsWith);
  }

  private static UserMistake unbuilt(String module) {
    return new UserMistake(
        "The module " + module + " is not built. Run ./muster up, which builds it.");
  }
}
