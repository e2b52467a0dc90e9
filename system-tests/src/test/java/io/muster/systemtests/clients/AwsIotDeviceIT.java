package io.muster.systemtests.clients;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.muster.systemtests.devices.TestDevice;
import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.RunningStack;
import io.muster.systemtests.stack.SharedStack;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.crt.iot.MqttRequestResponseClientOptions;
import software.amazon.awssdk.crt.iot.SubscriptionStatusEventType;
import software.amazon.awssdk.crt.mqtt.MqttClientConnection;
import software.amazon.awssdk.crt.mqtt.QualityOfService;
import software.amazon.awssdk.crt.mqtt5.Mqtt5Client;
import software.amazon.awssdk.crt.mqtt5.Mqtt5ClientOptions.LifecycleEvents;
import software.amazon.awssdk.crt.mqtt5.OnAttemptingConnectReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionFailureReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionSuccessReturn;
import software.amazon.awssdk.crt.mqtt5.OnDisconnectionReturn;
import software.amazon.awssdk.crt.mqtt5.OnStoppedReturn;
import software.amazon.awssdk.iot.AwsIotMqtt5ClientBuilder;
import software.amazon.awssdk.iot.AwsIotMqttConnectionBuilder;
import software.amazon.awssdk.iot.V2ClientStreamOptions;
import software.amazon.awssdk.iot.iotshadow.IotShadowClient;
import software.amazon.awssdk.iot.iotshadow.IotShadowV2Client;
import software.amazon.awssdk.iot.iotshadow.model.DeleteShadowRequest;
import software.amazon.awssdk.iot.iotshadow.model.GetShadowRequest;
import software.amazon.awssdk.iot.iotshadow.model.ShadowDeltaUpdatedEvent;
import software.amazon.awssdk.iot.iotshadow.model.ShadowDeltaUpdatedSubscriptionRequest;
import software.amazon.awssdk.iot.iotshadow.model.ShadowState;
import software.amazon.awssdk.iot.iotshadow.model.UpdateShadowRequest;
import software.amazon.awssdk.iot.iotshadow.model.UpdateShadowResponse;
import software.amazon.awssdk.iot.iotshadow.model.UpdateShadowSubscriptionRequest;
import software.amazon.awssdk.iot.iotshadow.model.V2ErrorResponseException;

/**
 * AWS' IoT Device SDK for Java as it is: mutual TLS with a registered certificate, and the shadow
 * clients that come with it. Only the address and the thing's name are Muster's.
 */
@ExtendWith(SharedStack.class)
class AwsIotDeviceIT {
  private static final long PATIENCE_SECONDS = 60;

  private final RunningStack stack;

  @TempDir Path folder;
  private TestDevice device;
  private DeviceCertificate certificate;
  private String thing;

  AwsIotDeviceIT(RunningStack stack) {
    this.stack = stack;
  }

  @BeforeEach
  void registerACertificate() throws Exception {
    device = stack.newDevice(stack.newTenant(), "lamp");
    certificate = DeviceCertificate.make(folder, "RSA");
    certificate.register(stack, device);
    thing = device.clientIdentifier();
  }

  @Test
  void atMqtt5ADeviceUpdatesItsShadowAndHearsOfTheDelta() throws Exception {
    var connected = new CompletableFuture<Void>();
    var stopped = new CompletableFuture<Void>();
    try (var builder =
        AwsIotMqtt5ClientBuilder.newDirectMqttBuilderWithMtlsFromPath(
            "localhost", certificate.certificate().toString(), certificate.key().toString())) {
      builder.withCertificateAuthorityFromPath(null, stack.authority().toString());
      builder.withPort((long) stack.endpointTlsPort());
      builder.withClientId(thing);
      builder.withLifeCycleEvents(new Lifecycle(connected, stopped));
      try (var client = builder.build()) {
        client.start();
        connected.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        var options =
            MqttRequestResponseClientOptions.builder()
                .withMaxRequestResponseSubscriptions(6)
                .withMaxStreamingSubscriptions(2)
                .withOperationTimeoutSeconds((int) PATIENCE_SECONDS)
                .build();
        try (var shadows = IotShadowV2Client.newFromMqtt5(client, options)) {
          useShadow(shadows);
        }
        client.stop();
        stopped.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    }
  }

  private void useShadow(IotShadowV2Client shadows) throws Exception {
    var get = new GetShadowRequest();
    get.thingName = thing;
    try {
      shadows.getShadow(get).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      fail("there is no shadow yet");
    } catch (ExecutionException refused) {
      var error =
          assertInstanceOf(V2ErrorResponseException.class, refused.getCause()).getModeledError();
      assertEquals(404, error.code);
      assertEquals("No shadow exists with name: '" + thing + "'", error.message);
    }
    var updated =
        shadows.updateShadow(reported("on", false)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertEquals(1, updated.version);

    BlockingQueue<ShadowDeltaUpdatedEvent> deltas = new LinkedBlockingQueue<>();
    var subscribed = new CompletableFuture<Void>();
    var toDeltas = new ShadowDeltaUpdatedSubscriptionRequest();
    toDeltas.thingName = thing;
    try (var stream =
        shadows.createShadowDeltaUpdatedStream(
            toDeltas,
            V2ClientStreamOptions.<ShadowDeltaUpdatedEvent>builder()
                .withStreamEventHandler(deltas::add)
                .withSubscriptionEventHandler(
                    event -> {
                      if (event.getType() == SubscriptionStatusEventType.SUBSCRIPTION_ESTABLISHED) {
                        subscribed.complete(null);
                      }
                    })
                .build())) {
      stream.open();
      subscribed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      desireOn();
      var delta = deltas.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertEquals(Map.of("on", true), delta.state);
      assertEquals(2, delta.version);
    }
    shadows.updateShadow(reported("on", true)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    var whole = shadows.getShadow(get).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertEquals(3, whole.version);
    assertEquals(true, whole.state.reported.get("on"));
    assertTrue(whole.state.delta == null || whole.state.delta.isEmpty());
    var delete = new DeleteShadowRequest();
    delete.thingName = thing;
    assertEquals(3, shadows.deleteShadow(delete).get(PATIENCE_SECONDS, TimeUnit.SECONDS).version);
  }

  @Test
  void atMqtt311ADeviceUpdatesItsShadow() throws Exception {
    try (var builder =
        AwsIotMqttConnectionBuilder.newMtlsBuilderFromPath(
            certificate.certificate().toString(), certificate.key().toString())) {
      builder
          .withCertificateAuthorityFromPath(null, stack.authority().toString())
          .withEndpoint("localhost")
          .withPort(stack.endpointTlsPort())
          .withClientId(thing)
          .withCleanSession(true);
      try (MqttClientConnection connection = builder.build()) {
        connection.connect().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        var shadows = new IotShadowClient(connection);
        BlockingQueue<UpdateShadowResponse> accepted = new LinkedBlockingQueue<>();
        var toAccepted = new UpdateShadowSubscriptionRequest();
        toAccepted.thingName = thing;
        shadows.SubscribeToUpdateShadowAccepted(
                toAccepted, QualityOfService.AT_LEAST_ONCE, accepted::add)
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        shadows.PublishUpdateShadow(reported("on", true), QualityOfService.AT_LEAST_ONCE)
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        var answer = accepted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertEquals(1, answer.version);
        assertEquals(true, answer.state.reported.get("on"));
        connection.disconnect().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    }
    var shadow =
        stack
            .http()
            .get(stack.devices(device.address().tenant()) + "/lamp/shadow", stack.tokens().admin())
            .expect(200)
            .json();
    assertTrue(shadow.at("/state/reported/on").booleanValue());
  }

  private UpdateShadowRequest reported(String name, Object value) {
    var request = new UpdateShadowRequest();
    request.thingName = thing;
    request.state = new ShadowState();
    request.state.reported = new HashMap<>(Map.of(name, value));
    return request;
  }

  private void desireOn() {
    stack
        .http()
        .send(
            "PATCH",
            stack.devices(device.address().tenant()) + "/lamp/shadow",
            stack.tokens().admin(),
            "{\"state\":{\"desired\":{\"on\":true}}}")
        .expect(200);
  }

  /** What a program has to say to the SDK's client. */
  private record Lifecycle(CompletableFuture<Void> connected, CompletableFuture<Void> stopped)
      implements LifecycleEvents {

    @Override
    public void onAttemptingConnect(Mqtt5Client client, OnAttemptingConnectReturn told) {}

    @Override
    public void onConnectionSuccess(Mqtt5Client client, OnConnectionSuccessReturn told) {
      connected.complete(null);
    }

    @Override
    public void onConnectionFailure(Mqtt5Client client, OnConnectionFailureReturn told) {
      // It tries again; whoever waits for it is told if it never comes about.
      System.err.println("AWS' client is not connected yet: error " + told.getErrorCode());
    }

    @Override
    public void onDisconnection(Mqtt5Client client, OnDisconnectionReturn told) {}

    @Override
    public void onStopped(Mqtt5Client client, OnStoppedReturn told) {
      stopped.complete(null);
    }
  }
}
