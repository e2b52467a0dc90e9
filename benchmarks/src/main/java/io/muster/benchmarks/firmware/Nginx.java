package io.muster.benchmarks.firmware;

import io.muster.benchmarks.accounting.ObservedProcess;
import io.muster.benchmarks.accounting.ObservedProcess.Family;
import io.muster.benchmarks.rounds.RoundFailedException;
import io.muster.benchmarks.stack.BenchmarkStack;
import io.muster.localstack.FreePort;
import io.muster.localstack.process.ChildProcess;
import io.muster.localstack.process.Launch;
import io.muster.localstack.process.Readiness;
import io.muster.localstack.process.StopSignal;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * nginx that serves a folder, with {@code sendfile} and as many processes as there are processors:
 * the peer of downloads.
 */
record Nginx(ChildProcess process, int port) {
  private static final String CONFIGURATION =
      """
      # Started by root it would be somebody who may not look into the folder.
      user root;
      worker_processes auto;
      pid %1$s/nginx.pid;
      error_log %1$s/error.log;
      events { worker_connections 4096; }
      http {
        access_log off;
        sendfile on;
        tcp_nopush on;
        keepalive_requests 1000000;
        client_body_temp_path %1$s/body;
        proxy_temp_path %1$s/proxy;
        fastcgi_temp_path %1$s/fastcgi;
        uwsgi_temp_path %1$s/uwsgi;
        scgi_temp_path %1$s/scgi;
        server { listen 127.0.0.1:%2$d; root %3$s; }
      }
      """;

  /**
   * Starts it; it ends with the stack.
   *
   * @param served the folder
   * @throws RoundFailedException when it is not installed
   */
  static Nginx start(BenchmarkStack stack, Path served) throws IOException {
    var program =
        program()
            .orElseThrow(
                () ->
                    new RoundFailedException(
                        "nginx is not installed (Debian's package nginx-light will do)"));
    var folder = Files.createDirectories(stack.folder("nginx")).toAbsolutePath();
    var port = FreePort.any();
    var configuration = folder.resolve("nginx.conf");
    Files.writeString(
        configuration, CONFIGURATION.formatted(folder, port, served.toAbsolutePath()));
    var command =
        List.of(
            program.toString(),
            "-p",
            folder.toString(),
            "-c",
            configuration.toString(),
            "-g",
            "daemon off;");
    var launch = new Launch("nginx", command, Map.of(), stack.log("nginx"), StopSignal.TERM);
    return new Nginx(stack.started(launch, Readiness.tcp(port)), port);
  }

  /** Also where it is not on the PATH of people who are not root. */
  private static Optional<Path> program() {
    var path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin";
    return Arrays.stream(path.split(File.pathSeparator))
        .map(folder -> Path.of(folder, "nginx"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  ObservedProcess observed() {
    return new ObservedProcess("nginx", process.pid(), Family.WITH_CHILDREN);
  }
}
