package io.muster.systemtests.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.muster.systemtests.stack.CommandLineTools;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The npm package {@code mqtt} in a process of Node.js: see {@code src/test/js/client.mjs}. */
final class MqttJs implements RealClient {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ObjectMapper json = new ObjectMapper();
  private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
  private final BlockingQueue<Received> messages = new LinkedBlockingQueue<>();
  private final int protocolVersion;
  private Process process;
  private boolean connected;

  /**
   * @param protocolVersion as in CONNECT: 4 or 5
   */
  MqttJs(int protocolVersion) {
    CommandLineTools.require("node", "npm");
    this.protocolVersion = protocolVersion;
  }

  @Override
  public boolean connect(Login login) throws Exception {
    process =
        new ProcessBuilder("node", "client.mjs")
            .directory(NodePackages.installed().toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    Thread.ofVirtual().start(this::read);
    var command = command("connect");
    command.put("url", url(login));
    login.authority().ifPresent(file -> command.put("ca", file.toString()));
    login
        .certificate()
        .ifPresent(
            own ->
                command
                    .put("certificate", own.certificate().toString())
                    .put("key", own.key().toString()));
    var options = command.putObject("options");
    options.put("protocolVersion", protocolVersion);
    options.put("clientId", login.device().clientIdentifier());
    if (login.certificate().isEmpty()) {
      options.put("username", login.device().userName());
      options.put("password", login.device().password());
    }
    options.put("clean", !login.kept());
    if (login.kept() && protocolVersion == 5) {
      options.putObject("properties").put("sessionExpiryInterval", Login.SESSION_EXPIRY_SECONDS);
    }
    login
        .will()
        .ifPresent(
            payload ->
                options
                    .putObject("will")
                    .put("topic", login.presence())
                    .put("payload", payload)
                    .put("qos", 1)
                    .put("retain", false));
    var answer = ask(command);
    connected = true;
    return answer.path("sessionPresent").asBoolean();
  }

  private static String url(Login login) {
    return switch (login.scheme()) {
      case TCP -> "mqtt://localhost:" + login.port();
      case TLS -> "mqtts://localhost:" + login.port();
      case WEBSOCKET -> "ws://localhost:" + login.port() + "/mqtt";
      case WEBSOCKET_TLS -> "wss://localhost:" + login.port() + "/mqtt";
    };
  }

  @Override
  public void publish(String topicName, String payload, int qos) throws Exception {
    ask(command("publish").put("topic", topicName).put("payload", payload).put("qos", qos));
  }

  @Override
  public int subscribe(String topicFilter, int qos) throws Exception {
    return ask(command("subscribe").put("filter", topicFilter).put("qos", qos))
        .path("granted")
        .asInt();
  }

  @Override
  public Optional<Received> receive(Duration patience) throws InterruptedException {
    return Optional.ofNullable(messages.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
  }

  private ObjectNode command(String name) {
    return json.createObjectNode().put("do", name);
  }

  private JsonNode ask(ObjectNode command) throws Exception {
    var input = process.getOutputStream();
    input.write((command + "\n").getBytes(StandardCharsets.UTF_8));
    input.flush();
    var answer = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (answer == null) {
      throw new IOException(command.path("do").asText() + ": no answer from node");
    }
    if (!answer.has("done")) {
      throw new IOException(command.path("do").asText() + ": " + answer);
    }
    return answer.path("done");
  }

  private void read() {
    try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        var said = json.readTree(line);
        if (said.has("message")) {
          var message = said.path("message");
          messages.add(
              new Received(
                  message.path("topic").asText(),
                  message.path("payload").asText(),
                  message.path("qos").asInt()));
        } else {
          answers.add(said);
        }
      }
    } catch (IOException ended) {
      // `close` ends the process; whoever asks one that ended by itself waits in vain and says so.
    }
  }

  @Override
  public void close() throws Exception {
    if (process == null) {
      return;
    }
    try {
      if (connected && process.isAlive()) {
        ask(command("disconnect"));
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
