package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.benchmarks.load.Fleet;
import io.muster.benchmarks.load.Pace;
import io.muster.benchmarks.rounds.Contender;
import io.muster.localstack.FreePort;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.JavaCommand;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.Readiness;
import io.muster.localstack.process.StopSignal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * ingest-service's endpoint in a process of its own, with nothing behind it: it acknowledges what
 * it reads and drops it. What is left when there is no decoding and no database.
 *
 * @param process its process
 * @param port where it listens on the loopback address
 */
public record EndpointFloor(ChildProcess process, int port) {
  private static final String MODULE = "benchmarks/endpoint-floor";
  private static final String MAIN = "io.muster.endpointfloor.EndpointFloorMain";

  /**
   * Starts it; it ends with the stack.
   *
   * @param jvm options as ingest-service has them
   */
  public static EndpointFloor start(BenchmarkStack stack, List<String> jvm) {
    var port = FreePort.any();
    var command = JavaCommand.main(stack.checkout().classPath(MODULE), MAIN, jvm);
    var environment =
        Map.of(
            "MUSTER_ENDPOINT_HOST", "127.0.0.1",
            "MUSTER_ENDPOINT_PORT", Integer.toString(port),
            "MUSTER_ENDPOINT_WEBSOCKET_PORT", "-1");
    var launch =
        new Launch(
            "endpoint-floor", command, environment, stack.log("endpoint-floor"), StopSignal.TERM);
    return new EndpointFloor(stack.started(launch, Readiness.tcp(port)), port);
  }

  /** Devices that publish to it. */
  public Contender contender(
      String name, Supplier<Fleet> connecting, Pace pace, Duration drainTimeout) {
    var observed = new ObservedProcess("endpoint alone", process.pid(), Family.ALONE);
    var generator =
        new ObservedProcess("load generator", ProcessHandle.current().pid(), Family.ALONE);
    return new PublishingDevices(
        name, connecting, pace, drainTimeout, false, () -> List.of(observed, generator));
  }
}
