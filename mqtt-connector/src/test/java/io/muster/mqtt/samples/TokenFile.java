package io.muster.mqtt.samples;

import io.muster.mqtt.MqttCredentials;
import io.muster.mqtt.MqttLogin;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

@ApplicationScoped
@Identifier("token-file") public class TokenFile implements MqttCredentials {
  @Override
  public MqttLogin login(String channel) {
    try {
      return new MqttLogin("me", Files.readAllBytes(Path.of("/run/secrets/token")));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
