package io.muster.mqtt;

import io.smallrye.reactive.messaging.providers.MetadataInjectableMessage;
import io.smallrye.reactive.messaging.providers.locals.ContextAwareMessage;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.eclipse.microprofile.reactive.messaging.Metadata;

/** A received message as the application gets it. */
final class InboundMessage
    implements ContextAwareMessage<byte[]>, MetadataInjectableMessage<byte[]> {
  private final byte[] payload;
  private final Function<Metadata, CompletionStage<Void>> ack;
  private final BiFunction<Throwable, Metadata, CompletionStage<Void>> nack;
  private Metadata metadata;

  /**
   * Made on an event loop: the message gets a Vert.x context of its own, duplicated from it.
   *
   * @param metadata what is known of the message
   */
  InboundMessage(
      byte[] payload,
      Metadata metadata,
      Function<Metadata, CompletionStage<Void>> ack,
      BiFunction<Throwable, Metadata, CompletionStage<Void>> nack) {
    this.payload = payload;
    this.ack = ack;
    this.nack = nack;
    this.metadata = ContextAwareMessage.captureContextMetadata(metadata);
  }

  @Override
  public byte[] getPayload() {
    return payload;
  }

  @Override
  public Metadata getMetadata() {
    return metadata;
  }

  @Override
  public Function<Metadata, CompletionStage<Void>> getAckWithMetadata() {
    return ack;
  }

  @Override
  public BiFunction<Throwable, Metadata, CompletionStage<Void>> getNackWithMetadata() {
    return nack;
  }

  @Override
  public void injectMetadata(Object added) {
    metadata = metadata.with(added);
  }
}
