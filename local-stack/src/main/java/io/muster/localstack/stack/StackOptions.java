package io.muster.localstack.stack;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of {@code up} that say what runs. */
final class StackOptions {
  /** Keeps the password of a database off the command line. */
  static final String DATABASE_VARIABLE = "MUSTER_DATABASE_ADMIN_URL";

  @Option(
      names = "--database-url",
      paramLabel = "URL",
      defaultValue = "${env:MUSTER_DATABASE_ADMIN_URL}",
      description = {
        "Use an existing PostgreSQL instead of the embedded one:"
            + " postgresql://user:password@host:5432/postgres, with a user who may create databases"
            + " and roles;",
        "for TLS also ?sslmode=require, or ?sslmode=verify-full&sslrootcert=FILE to check the"
            + " server's certificate.",
        "May stand in the environment variable MUSTER_DATABASE_ADMIN_URL, where no other user of"
            + " this machine reads it."
      })
  String databaseUrl;

  @Option(
      names = "--broker-url",
      paramLabel = "URL",
      description = {
        "Use an existing MQTT 5 broker between the services: mqtt://host:1883 or"
            + " mqtts://host:8883.",
        "It must accept the services' tokens as passwords."
      })
  String brokerUrl;

  @Option(
      names = "--replicas",
      paramLabel = "SERVICE=N",
      split = ",",
      description = {
        "Run more than one of a service, such as ingest=2; may be repeated.",
        "Ports of the second replica are 100 higher, and so on."
      })
  List<String> replicas = new ArrayList<>();

  @Option(
      names = "--endpoint-host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = {
        "Where the device endpoint listens (default: ${DEFAULT-VALUE}, this machine only).",
        "0.0.0.0 lets devices of your network in."
      })
  String endpointHost = "127.0.0.1";

  @Option(
      names = "--observe",
      description = {
        "Run Prometheus as well (Debian's package prometheus), with the chart's alerts, and keep"
            + " the last traces to look at.",
        "Dashboards need a Grafana of yours: see docs/guides/local-stack.md."
      })
  boolean observe;

  /** The same options as arguments, but for what is secret. */
  List<String> publicArguments() {
    var arguments = new ArrayList<String>();
    if (brokerUrl != null) {
      arguments.addAll(List.of("--broker-url", brokerUrl));
    }
    replicas.forEach(replica -> arguments.addAll(List.of("--replicas", replica)));
    arguments.addAll(List.of("--endpoint-host", endpointHost));
    if (observe) {
      arguments.add("--observe");
    }
    return arguments;
  }
}
