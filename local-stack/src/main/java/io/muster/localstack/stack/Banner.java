package io.muster.localstack.stack;

import io.muster.localstack.terminal.Terminal;
import java.nio.file.Path;

/** Says where everything is once a stack is up, with an example to paste. */
final class Banner {
  private final StackSettings settings;

  Banner(StackSettings settings) {
    this.settings = settings;
  }

  void print(Terminal terminal) {
    var home = settings.around().home();
    terminal.line();
    terminal.line(terminal.strong("Muster is up."));
    terminal.line();
    row(terminal, "device endpoint", "mqtt://localhost:" + settings.endpointPort(1));
    row(
        terminal,
        "  over TLS",
        "mqtts://localhost:%d   trust %s"
            .formatted(settings.endpointTlsPort(1), shown(home.tls().resolve("ca.crt"))));
    row(
        terminal,
        "  over WebSocket",
        "ws://localhost:%d/mqtt".formatted(settings.endpointWebSocketPort(1)));
    row(terminal, "device registry", api(StackService.REGISTRY));
    row(terminal, "ingest service", api(StackService.INGEST));
    row(terminal, "command service", api(StackService.COMMAND));
    row(terminal, "firmware service", api(StackService.FIRMWARE));
    row(terminal, "  for devices (TLS)", "https://localhost:" + settings.firmwareTlsPort(1));
    if (settings.observe()) {
      row(
          terminal,
          "metrics, alerts",
          "http://127.0.0.1:%d   no dashboards".formatted(settings.prometheusPort()));
    }
    if (settings.keepsTraces()) {
      row(terminal, "traces", "http://127.0.0.1:" + settings.tracesPort());
    }
    row(terminal, "administrator", "token in " + shown(home.adminToken()) + ", tenant demo");
    row(terminal, "logs", shown(home.logs()) + "   or ./muster logs");
    terminal.line();
    terminal.line("Try it: make a device, send a reading, read it back.");
    terminal.line();
    example().lines().map(line -> "  " + line).forEach(terminal::line);
    terminal.line();
  }

  private String api(StackService service) {
    var base = "http://127.0.0.1:" + settings.httpPort(service, 1);
    return base + "/api/v1   OpenAPI " + base + "/q/openapi";
  }

  private String example() {
    return """
    admin="Authorization: Bearer $(cat %1$s)"
    devices=http://127.0.0.1:%2$d/api/v1/tenants/demo/devices
    curl -s -X POST $devices -H "$admin" -H 'Content-Type: application/json' -d '{"id":"first"}'
    secret=$(curl -s -X POST $devices/first/credentials -H "$admin" -H 'Content-Type: application/json' \\
      -d '{"kind":"secret"}' | sed 's/.*"secret":"\\([^"]*\\)".*/\\1/')
    mosquitto_pub -h localhost -p %3$d -i demo:first -u first@demo -P "$secret" -q 1 \\
      -t telemetry/demo/first -m '{"temperature":21.5}'
    curl -s -H "$admin" http://127.0.0.1:%4$d/api/v1/tenants/demo/devices/first/telemetry
    """
        .formatted(
            shown(settings.around().home().adminToken()),
            settings.httpPort(StackService.REGISTRY, 1),
            settings.endpointPort(1),
            settings.httpPort(StackService.INGEST, 1));
  }

  private static void row(Terminal terminal, String name, String value) {
    terminal.line("  %-16s %s".formatted(name, value));
  }

  /** Short where the user stands above it. */
  private static String shown(Path path) {
    var here = Path.of("").toAbsolutePath();
    return path.startsWith(here) ? here.relativize(path).toString() : path.toString();
  }
}
