package io.muster.firmware;

import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.NotificationOptions;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Makes beans without their container, for tests of some of them on a real database. */
public final class HandWired {
  private HandWired() {}

  /** Calls the one constructor. */
  public static <T> T bean(Class<T> type, Object... parts) {
    try {
      var constructor = type.getDeclaredConstructors()[0];
      constructor.setAccessible(true);
      return type.cast(constructor.newInstance(parts));
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(type + " of " + Arrays.toString(parts), e);
    }
  }

  /** A configuration with its defaults, and these settings. */
  public static <T> T config(Class<T> type, Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .addDiscoveredConverters()
        .withMapping(type)
        .withDefaultValues(settings)
        .build()
        .getConfigMapping(type);
  }

  /** Tells one listener. */
  public static <T> Event<T> event(Consumer<T> listener) {
    return new Told<>(listener);
  }

  private record Told<T>(Consumer<? super T> listener) implements Event<T> {
    @Override
    public void fire(T event) {
      listener.accept(event);
    }

    @Override
    public <U extends T> CompletionStage<U> fireAsync(U event) {
      throw new UnsupportedOperationException();
    }

    @Override
    public <U extends T> CompletionStage<U> fireAsync(U event, NotificationOptions options) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Event<T> select(Annotation... qualifiers) {
      return this;
    }

    @Override
    public <U extends T> Event<U> select(Class<U> subtype, Annotation... qualifiers) {
      return new Told<>(listener);
    }

    @Override
    public <U extends T> Event<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
      return new Told<>(listener);
    }
  }
}
