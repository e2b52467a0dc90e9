package io.muster.mqtt;

/** What the connector needs to know of a channel of either direction; asked on any thread. */
interface Channel {
  /** The channel's name. */
  String name();

  /** Whether it appears in the reports. */
  boolean reported();

  /** Whether it was connected once. */
  Verdict started();

  /** Whether messages pass. A channel that reconnects is alive but not ready. */
  Verdict ready();

  /** False when it has ended for good, so that only a restart of the application helps. */
  Verdict alive();

  /** Ends it in an orderly way. Blocks, for a bounded time. */
  void stop();
}
