package io.muster.systemtests.clients;

import io.muster.systemtests.stack.DeviceCertificate;
import io.muster.systemtests.stack.RunningStack;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.crt.iot.MqttRequestResponseClientOptions;
import software.amazon.awssdk.crt.mqtt5.Mqtt5Client;
import software.amazon.awssdk.crt.mqtt5.Mqtt5ClientOptions.LifecycleEvents;
import software.amazon.awssdk.crt.mqtt5.OnAttemptingConnectReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionFailureReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionSuccessReturn;
import software.amazon.awssdk.crt.mqtt5.OnDisconnectionReturn;
import software.amazon.awssdk.crt.mqtt5.OnStoppedReturn;
import software.amazon.awssdk.iot.AwsIotMqtt5ClientBuilder;
import software.amazon.awssdk.iot.iotjobs.IotJobsV2Client;

/** AWS' IoT Device SDK over MQTT 5 and mutual TLS, with its client for jobs. */
final class AwsIotConnection implements AutoCloseable {
  static final long PATIENCE_SECONDS = 60;

  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();
  private final Mqtt5Client client;
  private final IotJobsV2Client jobs;

  private AwsIotConnection(RunningStack stack, DeviceCertificate certificate, String thing)
      throws Exception {
    try (var builder =
        AwsIotMqtt5ClientBuilder.newDirectMqttBuilderWithMtlsFromPath(
            "localhost", certificate.certificate().toString(), certificate.key().toString())) {
      builder.withCertificateAuthorityFromPath(null, stack.authority().toString());
      builder.withPort((long) stack.endpointTlsPort());
      builder.withClientId(thing);
      builder.withLifeCycleEvents(new Lifecycle());
      client = builder.build();
    }
    client.start();
    connected.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    jobs =
        IotJobsV2Client.newFromMqtt5(
            client,
            MqttRequestResponseClientOptions.builder()
                .withMaxRequestResponseSubscriptions(8)
                .withMaxStreamingSubscriptions(2)
                .withOperationTimeoutSeconds((int) PATIENCE_SECONDS)
                .build());
  }

  /**
   * Connects.
   *
   * @param thing the thing's name, which is the client identifier
   */
  static AwsIotConnection open(RunningStack stack, DeviceCertificate certificate, String thing)
      throws Exception {
    return new AwsIotConnection(stack, certificate, thing);
  }

  IotJobsV2Client jobs() {
    return jobs;
  }

  @Override
  public void close() throws Exception {
    jobs.close();
    client.stop();
    stopped.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    client.close();
  }

  /** What a program has to say to the SDK's client. */
  private final class Lifecycle implements LifecycleEvents {
    @Override
    public void onAttemptingConnect(Mqtt5Client it, OnAttemptingConnectReturn told) {}

    @Override
    public void onConnectionSuccess(Mqtt5Client it, OnConnectionSuccessReturn told) {
      connected.complete(null);
    }

    @Override
    public void onConnectionFailure(Mqtt5Client it, OnConnectionFailureReturn told) {
      // It tries again; whoever waits for it is told if it never comes about.
      System.err.println("AWS' client is not connected yet: error " + told.getErrorCode());
    }

    @Override
    public void onDisconnection(Mqtt5Client it, OnDisconnectionReturn told) {}

    @Override
    public void onStopped(Mqtt5Client it, OnStoppedReturn told) {
      stopped.complete(null);
    }
  }
}
