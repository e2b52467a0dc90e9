package io.muster.mqtt;

/** Words what is wrong with a channel's configuration. */
final class Invalid {
  private Invalid() {}

  static IllegalArgumentException attribute(String channel, String attribute, String problem) {
    return new IllegalArgumentException(
        "channel " + channel + ": the attribute " + attribute + " " + problem);
  }
}
