package io.muster.mqtt;

/** Finds out whether an optional dependency is there. */
final class Optionals {
  private Optionals() {}

  static boolean present(String className) {
    try {
      Class.forName(className, false, Optionals.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError absent) {
      return false;
    }
  }
}
