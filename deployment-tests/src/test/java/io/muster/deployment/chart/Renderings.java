package io.muster.deployment.chart;

import io.muster.deployment.chart.Rendering.Request;
import java.util.stream.Stream;

/** What the checks are held against: each values file, and all that can be switched on. */
final class Renderings {
  /** Everything at once that goes with the values alone. */
  static final Request EVERYTHING =
      Request.of()
          .with("site", "hub-1")
          .with("firmware.tenants[0]", "acme")
          .with("firmware.devices.enabled", true)
          .with("firmware.storage.bucket.name", "firmware")
          .with("firmware.storage.bucket.endpoint", "https://minio.example.org")
          .with("firmware.storage.bucket.secretName", "muster-bucket")
          .with("firmware.devices.hostnames[0]", "devices.example.org")
          .with("firmware.manifestKeySecret", "muster-manifest-key")
          .with("collector.enabled", true)
          .with("collector.jaeger", "jaeger:4317")
          .with("collector.prometheus", "http://prometheus:9090/api/v1/write")
          .with("collector.loki", "http://loki:3100/otlp")
          .with("monitoring.serviceMonitor.enabled", true)
          .with("monitoring.podMonitor.enabled", true)
          .with("monitoring.rules.enabled", true)
          .with("monitoring.dashboards.enabled", true)
          .with("gateway.enabled", true)
          .with("gateway.endpointParentRefs[0].name", "devices")
          .with("gateway.apiParentRefs[0].name", "api")
          .with("api.hosts.registry", "registry.example.org")
          .with("api.hosts.firmware", "updates.example.org")
          .with("api.ingress.enabled", true)
          .with("endpoint.mqtt.enabled", true)
          .with("endpoint.ws.enabled", true)
          .with("endpoint.wss.enabled", true)
          .with("endpoint.proxyProtocol.enabled", true)
          .with("endpoint.proxyProtocol.trusted[0]", "10.0.0.0/8")
          .with("ingest.autoscaling.enabled", true)
          .with("ingest.autoscaling.podMetrics.muster_endpoint_connections", "12000")
          .with("argocd.syncWaves", true)
          .with("networkPolicy.egress.enabled", true)
          .with("networkPolicy.metricsFrom[0].namespaceSelector.matchLabels.monitoring", "yes")
          .with("networkPolicy.devicesFrom[0].ipBlock.cidr", "0.0.0.0/0")
          .with("commonLabels.team", "devices")
          .with("commonAnnotations.contact", "devices@example.org");

  /** The same with other ways to certificates, and TLS within. */
  static final Request EVERYTHING_BY_TLS =
      EVERYTHING
          .with("tls.services.enabled", true)
          .with("tls.internal.provider", "cert-manager")
          .with("tls.mutual.enabled", true)
          .with("hub.expose.enabled", true)
          .with("networkPolicy.edgesFrom[0].ipBlock.cidr", "10.64.0.0/10")
          .with("tls.internal.hostnames.registry[0]", "registry.hub.example.org")
          .with("tls.internal.hostnames.ingest[0]", "ingest.hub.example.org")
          .with("tls.internal.hostnames.broker[0]", "broker.hub.example.org")
          .with("gateway.backendTls.enabled", true)
          .with("gateway.backendTls.caConfigMap", "muster-internal-ca")
          .with("endpoint.tls.issuerRef.kind", "ClusterIssuer")
          .with("endpoint.tls.issuerRef.name", "letsencrypt")
          .with("endpoint.hostnames[0]", "mqtt.example.org");

  /** MQTT over WebSocket behind the Ingress, and behind a Gateway. */
  static final Request WEB_SOCKET =
      Request.of("values-production.yaml")
          .with("endpoint.ws.enabled", true)
          .with("endpoint.webSocketRoute.host", "ws.example.org")
          .with("endpoint.webSocketRoute.annotations.timeout", "an hour")
          .with("gateway.enabled", true)
          .with("gateway.endpointParentRefs[0].name", "devices")
          .with("gateway.apiParentRefs[0].name", "api");

  /** An edge; each is called by a name of its own. */
  static final Request EDGE = Request.of("values-edge.yaml").with("site", "lyon");

  /** The same where an issuer of the cluster signs. */
  static final Request EDGE_BY_CERT_MANAGER =
      EDGE.with("tls.internal.provider", "cert-manager")
          .with("tls.internal.issuerRef.kind", "ClusterIssuer")
          .with("tls.internal.issuerRef.name", "site");

  /** Certificates that an operator made. */
  static final Request BY_OPERATOR =
      Request.of()
          .with("tls.services.enabled", true)
          .with("tls.mutual.enabled", true)
          .with("tls.internal.provider", "existing")
          .with("tls.internal.caSecret", "muster-own-ca")
          .with("tls.internal.secrets.broker", "muster-own-broker")
          .with("tls.internal.secrets.registry", "muster-own-registry")
          .with("tls.internal.secrets.ingest", "muster-own-ingest")
          .with("tls.internal.secrets.command", "muster-own-command")
          .with("tls.internal.secrets.firmware", "muster-own-firmware");

  static final Request BY_ISSUER = Request.of().with("tls.services.enabled", true);

  static final Request NATIVE = Request.of().with("image.variant", "native");

  private Renderings() {}

  static Stream<Request> requests() {
    return Stream.of(
        Request.of(),
        Request.of("values-production.yaml"),
        EDGE,
        EDGE_BY_CERT_MANAGER,
        BY_OPERATOR,
        Request.of("values-emqx.yaml"),
        Request.of("values-production.yaml", "values-emqx.yaml"),
        Request.of("values-production.yaml").with("firmware.tenants[0]", "acme"),
        WEB_SOCKET,
        EVERYTHING,
        EVERYTHING_BY_TLS,
        BY_ISSUER,
        NATIVE);
  }

  static Stream<Rendering> all() {
    return requests().map(Rendering::of);
  }
}
