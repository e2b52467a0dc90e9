package io.muster.mqtt;

import io.smallrye.reactive.messaging.MessageConverter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Gives the application text, JSON or a buffer instead of bytes, by the type that it asks for. */
@ApplicationScoped
public class PayloadConverter implements MessageConverter {
  private static final Map<Type, Function<byte[], Object>> CONVERSIONS =
      Map.of(
          String.class, bytes -> new String(bytes, StandardCharsets.UTF_8),
          Buffer.class, Buffer::buffer,
          io.vertx.mutiny.core.buffer.Buffer.class, io.vertx.mutiny.core.buffer.Buffer::buffer,
          JsonObject.class, bytes -> new JsonObject(Buffer.buffer(bytes)),
          JsonArray.class, bytes -> new JsonArray(Buffer.buffer(bytes)));

  @Override
  public boolean canConvert(Message<?> message, Type target) {
    return Received.isIn(message) && CONVERSIONS.containsKey(target);
  }

  /**
   * @throws RuntimeException when the payload is not what was asked for; the message is nacked
   */
  @Override
  public Message<?> convert(Message<?> message, Type target) {
    return message.withPayload(CONVERSIONS.get(target).apply((byte[]) message.getPayload()));
  }
}
