package io.muster.localstack.device;

import io.muster.contract.id.TenantId;
import io.muster.localstack.Surroundings;
import io.muster.localstack.registry.RegistryClient;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of commands that speak as devices. */
public final class EndpointOptions {
  private static final int MQTT = 1883;

  @Option(
      names = "--tenant",
      paramLabel = "TENANT",
      defaultValue = "demo",
      description = "Whose devices (default: ${DEFAULT-VALUE}); it must exist.")
  private String tenant = "demo";

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description =
          "Where devices connect: mqtt://host:port or mqtts://host:port (default: this stack's).")
  private String endpoint;

  @Option(
      names = "--cafile",
      paramLabel = "FILE",
      description = "What to trust over mqtts, PEM (default: this stack's .muster/tls/ca.crt).")
  private Path authority;

  public TenantId tenant() {
    return new TenantId(tenant);
  }

  /** Secrets that the stack's registry gives. */
  public DeviceSecrets secrets(Surroundings around) {
    var registry = new RegistryClient(around.registryUrl(), around::adminToken);
    return new DeviceSecrets(around.home(), registry);
  }

  /**
   * @throws io.muster.localstack.UserMistake when the address has a wrong form
   */
  public Endpoint endpoint(Surroundings around, DeviceSecrets secrets) {
    return new Endpoint(address(around), secrets, around.clock());
  }

  /**
   * @throws io.muster.localstack.UserMistake when the address has a wrong form
   */
  public EndpointAddress address(Surroundings around) {
    var url = endpoint == null ? "mqtt://127.0.0.1:" + around.ports().of(MQTT) : endpoint;
    var local = around.home().tls().resolve("ca.crt");
    return EndpointAddress.parse(url, authority == null ? local : authority);
  }
}
