package io.muster.localstack.stack;

import io.muster.localstack.process.Launch;
import io.muster.localstack.process.Readiness;

/**
 * A process that the stack runs.
 *
 * @param launch how it is started
 * @param readiness when it can work
 * @param address where it is reached, for people
 */
record ChildPlan(Launch launch, Readiness readiness, String address) {
  String name() {
    return launch.name();
  }
}
