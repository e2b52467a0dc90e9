package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.benchmarks.broker.OpenBrokerMain;
import io.muster.localstack.FreePort;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.JavaCommand;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.Readiness;
import io.muster.localstack.process.StopSignal;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A broker of others in a process of its own, open to everybody on the loopback address.
 *
 * @param process its process
 * @param port where it listens
 */
public record OpenBroker(ChildProcess process, int port) {
  /**
   * Not what the broker between services makes do with: a thousand devices have a thousand messages
   * each on the way here, and with them it ran out of memory.
   */
  private static final List<String> MEMORY = List.of("-Xms64m", "-Xmx4g", "-XX:+UseSerialGC");

  /**
   * Starts it; it ends with the stack.
   *
   * @param name of its log and its folder
   */
  public static OpenBroker start(BenchmarkStack stack, String name) {
    var port = FreePort.any();
    var checkout = stack.checkout();
    // The broker's libraries first: it brings a Netty of its own.
    var classPath = checkout.classPath("broker") + File.pathSeparator + checkout.jar("benchmarks");
    var command =
        new ArrayList<>(JavaCommand.main(classPath, OpenBrokerMain.class.getName(), MEMORY));
    command.add(Integer.toString(port));
    command.add(stack.folder(name).toString());
    var launch = new Launch(name, command, Map.of(), stack.log(name), StopSignal.TERM);
    return new OpenBroker(stack.started(launch, Readiness.tcp(port)), port);
  }

  /** {@code mqtt://127.0.0.1:…}. */
  public String url() {
    return "mqtt://127.0.0.1:" + port;
  }

  ObservedProcess observed() {
    return new ObservedProcess("broker of others", process.pid(), Family.ALONE);
  }
}
