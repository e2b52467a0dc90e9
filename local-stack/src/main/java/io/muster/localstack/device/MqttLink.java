package io.muster.localstack.device;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import io.muster.contract.id.ClientIdentifier;
import io.muster.contract.id.DeviceAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A device's MQTT 5 connection to the endpoint: telemetry in JSON, and commands. */
final class MqttLink implements Link {
  private static final int KEEP_ALIVE_SECONDS = 30;
  private static final long CONNECTED_WITHIN_SECONDS = 15;
  private static final long CLOSED_WITHIN_SECONDS = 1;
  private static final Set<Mqtt5ConnAckReasonCode> FINAL =
      Set.of(
          Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD,
          Mqtt5ConnAckReasonCode.NOT_AUTHORIZED,
          Mqtt5ConnAckReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
          Mqtt5ConnAckReasonCode.BANNED,
          Mqtt5ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION);

  private final Mqtt5AsyncClient client;
  private final String topicName;
  private final Inbox inbox;

  private MqttLink(Mqtt5AsyncClient client, String topicName, Inbox inbox) {
    this.client = client;
    this.topicName = topicName;
    this.inbox = inbox;
  }

  /** Makes connections of a device, with the secret that it has at that moment. */
  static Maker of(
      EndpointAddress endpoint,
      Optional<MqttClientSslConfig> tls,
      DeviceAddress device,
      DeviceSecrets secrets,
      Optional<CommandDesk> desk) {
    return inbox -> {
      var link = connect(endpoint, tls, device, secrets.secret(device), inbox, desk);
      desk.ifPresent(link::hearCommands);
      return link;
    };
  }

  private static MqttLink connect(
      EndpointAddress endpoint,
      Optional<MqttClientSslConfig> tls,
      DeviceAddress device,
      String secret,
      Inbox inbox,
      Optional<CommandDesk> desk)
      throws RefusedException, UnreachableException {
    var identifier = new ClientIdentifier(device, device.tenant() + ":" + device.device());
    var builder =
        Mqtt5Client.builder()
            .identifier(identifier.value())
            .serverHost(endpoint.host())
            .serverPort(endpoint.port())
            .addDisconnectedListener(context -> inbox.lost(reason(context)));
    var client = tls.map(builder::sslConfig).orElse(builder).buildAsync();
    desk.ifPresent(
        it ->
            client.publishes(
                MqttGlobalPublishFilter.ALL,
                command -> it.take(command.getTopic().toString(), command.getPayloadAsBytes())));
    var connecting =
        client
            .connectWith()
            .cleanStart(true) // what is unacknowledged is kept and sent again by the sender
            .keepAlive(KEEP_ALIVE_SECONDS)
            .simpleAuth()
            .username(device.userName())
            .password(secret.getBytes(StandardCharsets.UTF_8))
            .applySimpleAuth()
            .send();
    try {
      connecting.get(CONNECTED_WITHIN_SECONDS, TimeUnit.SECONDS);
      return new MqttLink(client, "telemetry/" + device, inbox);
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    } catch (TimeoutException e) {
      client.disconnect();
      throw new UnreachableException("no answer to CONNECT");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnreachableException("interrupted");
    }
  }

  @Override
  public void publish(long sequence, byte[] payload) {
    client
        .publishWith()
        .topic(topicName)
        .qos(MqttQos.AT_LEAST_ONCE)
        .contentType("application/json")
        .payload(payload)
        .send()
        .whenComplete((result, failure) -> answered(sequence, failure));
  }

  private void hearCommands(CommandDesk desk) {
    desk.connected(this::answer);
    client
        .subscribeWith()
        .topicFilter(desk.filter())
        .qos(MqttQos.AT_LEAST_ONCE)
        .send()
        .whenComplete(
            (granted, failure) -> {
              if (failure instanceof Mqtt5SubAckException refused) {
                desk.events().unheard(text(refused.getMqttMessage().getReasonCodes().getFirst()));
              }
            });
  }

  /** What is not acknowledged is said again over the next connection. */
  private void answer(String answerTopicName, byte[] payload, Runnable acknowledged) {
    client
        .publishWith()
        .topic(answerTopicName)
        .qos(MqttQos.AT_LEAST_ONCE)
        .contentType("application/json")
        .payload(payload)
        .send()
        .thenRun(acknowledged);
  }

  /** Waits a moment for DISCONNECT to leave: the process may end right after. */
  @Override
  public void close() {
    try {
      client.disconnect().get(CLOSED_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // It had ended already, or nobody is there to be told.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answered(long sequence, Throwable failure) {
    switch (failure instanceof CompletionException wrapped ? wrapped.getCause() : failure) {
      case null -> inbox.acknowledged(sequence);
      case Mqtt5PubAckException refused -> {
        var code = refused.getMqttMessage().getReasonCode();
        inbox.refused(sequence, text(code), code == Mqtt5PubAckReasonCode.QUOTA_EXCEEDED);
      }
      default -> {} // the connection ended: `lost` comes, and the message is sent again
    }
  }

  private static UnreachableException failed(Throwable cause) throws RefusedException {
    if (cause instanceof Mqtt5ConnAckException refusal) {
      var code = refusal.getMqttMessage().getReasonCode();
      if (FINAL.contains(code)) {
        throw new RefusedException(text(code));
      }
      return new UnreachableException(text(code));
    }
    return new UnreachableException(String.valueOf(cause.getMessage()));
  }

  private static String reason(MqttClientDisconnectedContext context) {
    return context.getCause() instanceof Mqtt5DisconnectException disconnect
        ? text(disconnect.getMqttMessage().getReasonCode())
        : String.valueOf(context.getCause().getMessage());
  }

  private static String text(Enum<?> code) {
    return code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
