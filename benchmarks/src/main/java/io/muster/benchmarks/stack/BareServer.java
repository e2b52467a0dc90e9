package io.muster.benchmarks.stack;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.benchmarks.floor.BareServerMain;
import io.muster.localstack.FreePort;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.JavaCommand;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.Readiness;
import io.muster.localstack.process.StopSignal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The floor of connecting and of holding connections: Netty with nothing behind it, in a process of
 * its own.
 *
 * @param process its process
 * @param port where it listens on the loopback address
 * @param tlsPort where it listens with TLS, with the endpoint's certificate
 */
public record BareServer(ChildProcess process, int port, int tlsPort) {

  /**
   * Starts it; it ends with the stack.
   *
   * @param jvm options as ingest-service has them
   */
  public static BareServer start(BenchmarkStack stack, List<String> jvm) {
    var port = FreePort.any();
    var tlsPort = FreePort.any();
    var classPath = stack.checkout().classPath("benchmarks");
    var command = new ArrayList<>(JavaCommand.main(classPath, BareServerMain.class.getName(), jvm));
    command.addAll(
        List.of(
            Integer.toString(port),
            Integer.toString(tlsPort),
            stack.authority().serverCertificate().toString(),
            stack.authority().serverKey().toString()));
    var launch =
        new Launch("bare-server", command, Map.of(), stack.log("bare-server"), StopSignal.TERM);
    return new BareServer(stack.started(launch, Readiness.tcp(tlsPort)), port, tlsPort);
  }

  public ObservedProcess observed() {
    return new ObservedProcess("bare server", process.pid(), Family.ALONE);
  }
}
