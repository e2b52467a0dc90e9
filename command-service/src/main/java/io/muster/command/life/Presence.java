package io.muster.command.life;

/** Whether somebody is connected who hears what is said to a device. */
public enum Presence {
  CONNECTED,
  ABSENT,
  /** What was told of it is lost; sending is worth a try. */
  UNKNOWN
}
