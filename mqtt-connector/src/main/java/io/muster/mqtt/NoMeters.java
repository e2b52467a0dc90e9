package io.muster.mqtt;

import java.util.function.ToDoubleFunction;

/** Counts nothing: Micrometer is not there. */
final class NoMeters implements Meters {
  @Override
  public void connected() {}

  @Override
  public void disconnected() {}

  @Override
  public void count(Event event) {}

  @Override
  public <T> void gauge(Figure figure, T source, ToDoubleFunction<T> value) {}

  @Override
  public void close() {}
}
