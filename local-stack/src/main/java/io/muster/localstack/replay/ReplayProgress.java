package io.muster.localstack.replay;

import io.muster.localstack.device.SendingEvents;
import io.muster.localstack.terminal.ProgressBar;
import io.muster.localstack.terminal.Terminal;
import java.util.Map;
import java.util.TreeMap;

/** Shows how a replay goes and counts. Used by the sender's thread. */
final class ReplayProgress implements SendingEvents {
  private final Terminal terminal;
  private final ProgressBar bar;
  private final Map<String, Long> refusals = new TreeMap<>();
  private long acknowledged;
  private boolean connected;
  private boolean toldAway;

  ReplayProgress(Terminal terminal, ProgressBar bar) {
    this.terminal = terminal;
    this.bar = bar;
  }

  @Override
  public void connected() {
    if (toldAway) {
      terminal.line("Connected again.");
    }
    connected = true;
    toldAway = false;
  }

  @Override
  public void disconnected(String reason) {
    connected = false;
    if (!toldAway) {
      terminal.line("Not connected (" + reason + "); trying on.");
      toldAway = true;
    }
  }

  @Override
  public void acknowledged() {
    acknowledged++;
  }

  @Override
  public void refused(String reason) {
    refusals.merge(reason, 1L, Long::sum);
  }

  @Override
  public void passing() {
    bar.show(acknowledged, connected ? "" : "connecting …");
  }

  long acknowledgedCount() {
    return acknowledged;
  }

  Map<String, Long> refusals() {
    return refusals;
  }
}
