package io.muster.localstack.stack;

import io.muster.contract.id.ServiceName;
import java.util.List;

/** The services that a local stack runs. */
enum StackService {
  REGISTRY(
      ServiceName.REGISTRY,
      "device-registry",
      8081,
      List.of("-Xms32m", "-Xmx192m", "-XX:+UseSerialGC")),
  INGEST(
      ServiceName.INGEST,
      "ingest-service",
      8082,
      List.of("-Xms64m", "-Xmx384m", "-XX:MaxDirectMemorySize=192m")),
  COMMAND(
      ServiceName.COMMAND,
      "command-service",
      8083,
      List.of("-Xms32m", "-Xmx192m", "-XX:+UseSerialGC")),
  FIRMWARE(
      ServiceName.FIRMWARE,
      "firmware-service",
      8084,
      List.of("-Xms32m", "-Xmx192m", "-XX:+UseSerialGC"));

  /** Between the same ports of two replicas. */
  static final int REPLICA_STEP = 100;

  private final ServiceName service;
  private final String module;
  private final int httpPort;
  private final List<String> memory;

  StackService(ServiceName service, String module, int httpPort, List<String> memory) {
    this.service = service;
    this.module = module;
    this.httpPort = httpPort;
    this.memory = memory;
  }

  ServiceName service() {
    return service;
  }

  String module() {
    return module;
  }

  List<String> memory() {
    return memory;
  }

  /**
   * @param replica from 1
   */
  int httpPort(int replica) {
    return replicaPort(httpPort, replica);
  }

  /** The name of an instance: {@code ingest}, {@code ingest-2}. */
  String instance(int replica) {
    return replica == 1 ? service.value() : service.value() + "-" + replica;
  }

  static int replicaPort(int first, int replica) {
    return first + (replica - 1) * REPLICA_STEP;
  }
}
