package io.muster.mqtt;

import io.smallrye.reactive.messaging.MessageConverter;
import io.smallrye.reactive.messaging.json.JsonMapping;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Reads JSON into the type that the application asks for, when no other converter knows it. */
@ApplicationScoped
public class JsonConverter implements MessageConverter {
  private final Instance<JsonMapping> mapping;

  @Inject
  JsonConverter(Instance<JsonMapping> mapping) {
    this.mapping = mapping;
  }

  @Override
  public boolean canConvert(Message<?> message, Type target) {
    return Received.isIn(message) && target instanceof Class<?> && target != Object.class;
  }

  /**
   * @throws RuntimeException when the payload is no such JSON; the message is nacked
   */
  @Override
  public Message<?> convert(Message<?> message, Type target) {
    var bytes = (byte[]) message.getPayload();
    return message.withPayload(read(bytes, (Class<?>) target));
  }

  /** By the application's own mapping, such as Jackson's of Quarkus; else by Vert.x. */
  private Object read(byte[] json, Class<?> type) {
    return mapping.isResolvable()
        ? mapping.get().fromJson(new String(json, StandardCharsets.UTF_8), type)
        : Json.decodeValue(Buffer.buffer(json), type);
  }

  /** After all others: the application's own converters know better. */
  @Override
  public int getPriority() {
    return CONVERTER_DEFAULT_PRIORITY + 100;
  }
}
