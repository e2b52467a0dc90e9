package io.muster.systemtests.stack;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one stack of this module, as a parameter of type {@link RunningStack}. It is
 * started for the first test and stopped after the last; each test begins when all of it is ready,
 * whatever the ones before did to it.
 */
public final class SharedStack implements ParameterResolver, BeforeEachCallback {
  private static final Namespace NAMESPACE = Namespace.create(SharedStack.class);

  static {
    // Else even what is so already is looked at only after the pause between two looks.
    Awaitility.setDefaultPollDelay(Duration.ZERO);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == RunningStack.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return stack(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    stack(context).awaitReady();
  }

  private static RunningStack stack(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(NAMESPACE)
        .computeIfAbsent(RunningStack.class, type -> RunningStack.start(), RunningStack.class);
  }
}
