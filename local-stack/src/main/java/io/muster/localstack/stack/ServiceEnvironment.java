package io.muster.localstack.stack;

import io.muster.localstack.postgres.ServiceDatabase;
import io.muster.localstack.tls.DeviceAuthority;
import io.muster.localstack.tls.LocalAuthority;
import io.muster.localstack.tokens.LocalIssuer;
import java.util.HashMap;
import java.util.Map;

/** The configuration that each service gets in its environment. */
final class ServiceEnvironment {
  /** The setting of Quarkus for a collector; whoever starts a stack may have set it. */
  static final String SPANS_GO_TO = "QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT";

  private static final String TRACED_SHARE = "MUSTER_ENDPOINT_TRACE_RATIO";

  private final StackSettings settings;
  private final LocalIssuer issuer;
  private final LocalAuthority authority;
  private final String brokerUrl;

  ServiceEnvironment(
      StackSettings settings, LocalIssuer issuer, LocalAuthority authority, String brokerUrl) {
    this.settings = settings;
    this.issuer = issuer;
    this.authority = authority;
    this.brokerUrl = brokerUrl;
  }

  Map<String, String> of(StackService service, int replica, ServiceDatabase database) {
    var environment = new HashMap<String, String>();
    environment.put("MUSTER_REPLICA", service.instance(replica));
    environment.putAll(database.environment());
    if (service == StackService.REGISTRY) {
      environment.putAll(
          new DeviceAuthority(settings.around().home().deviceAuthority()).environment());
    }
    environment.put("MUSTER_DATABASE_URL", database.url());
    environment.put("MUSTER_DATABASE_USER", database.user());
    environment.put("MUSTER_DATABASE_PASSWORD", database.password());
    environment.put("MUSTER_BROKER_URL", brokerUrl);
    environment.put("MUSTER_SERVICE_TOKEN_FILE", tokenFile(service));
    environment.put("MUSTER_PEOPLE_ISSUER", issuer.peopleIssuer());
    environment.put("MUSTER_SERVICE_ISSUER", issuer.serviceIssuer());
    if (settings.keepsTraces()) {
      environment.put(SPANS_GO_TO, "http://127.0.0.1:" + settings.tracesPort());
      environment.put("QUARKUS_OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
      if (System.getenv(TRACED_SHARE) == null) {
        environment.put(TRACED_SHARE, "1");
      }
    }
    switch (service) {
      case REGISTRY -> {
        environment.put("MUSTER_INGEST_URL", settings.around().ingestUrl());
        environment.put("MUSTER_FIRMWARE_URL", settings.around().firmwareUrl());
      }
      case INGEST -> addEndpoint(environment, replica);
      case COMMAND -> {
        environment.put("MUSTER_REGISTRY_URL", settings.around().registryUrl());
        environment.put("MUSTER_INGEST_URL", settings.around().ingestUrl());
      }
      case FIRMWARE -> addArtifacts(environment, replica);
    }
    return environment;
  }

  /** Its instances share the folder; each says its own address in links to devices. */
  private void addArtifacts(Map<String, String> environment, int replica) {
    environment.put("MUSTER_REGISTRY_URL", settings.around().registryUrl());
    environment.put("MUSTER_INGEST_URL", settings.around().ingestUrl());
    environment.put("MUSTER_FIRMWARE_TLS_CERTIFICATE", authority.serverCertificate().toString());
    environment.put("MUSTER_FIRMWARE_TLS_KEY", authority.serverKey().toString());
    environment.put(
        "MUSTER_FIRMWARE_TLS_PORT", Integer.toString(settings.firmwareTlsPort(replica)));
    environment.put(
        "MUSTER_FIRMWARE_PUBLIC_TLS_URL", "https://localhost:" + settings.firmwareTlsPort(replica));
    environment.put(
        "MUSTER_FIRMWARE_ARTIFACTS_FOLDER", settings.around().home().artifacts().toString());
    environment.put(
        "MUSTER_FIRMWARE_MANIFEST_KEY_FILE",
        settings.around().home().secrets().resolve("manifest.key").toString());
    environment.put(
        "MUSTER_FIRMWARE_PUBLIC_URL",
        "http://127.0.0.1:" + settings.httpPort(StackService.FIRMWARE, replica));
  }

  private void addEndpoint(Map<String, String> environment, int replica) {
    environment.put("MUSTER_REGISTRY_URL", settings.around().registryUrl());
    environment.put("MUSTER_ENDPOINT_HOST", settings.endpointHost());
    environment.put("MUSTER_ENDPOINT_PORT", Integer.toString(settings.endpointPort(replica)));
    environment.put(
        "MUSTER_ENDPOINT_TLS_PORT", Integer.toString(settings.endpointTlsPort(replica)));
    environment.put(
        "MUSTER_ENDPOINT_WEBSOCKET_PORT",
        Integer.toString(settings.endpointWebSocketPort(replica)));
    // Nobody waits for another replica here.
    environment.put("MUSTER_ENDPOINT_DRAIN_SPREAD", "1s");
    environment.put("MUSTER_ENDPOINT_DRAIN_TIMEOUT", "5s");
    environment.put("MUSTER_ENDPOINT_TLS_CERTIFICATE", authority.serverCertificate().toString());
    environment.put("MUSTER_ENDPOINT_TLS_KEY", authority.serverKey().toString());
  }

  private String tokenFile(StackService service) {
    return settings.around().home().serviceToken(service.service().value()).toString();
  }
}
