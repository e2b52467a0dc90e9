package io.muster.mqtt;

import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.reactivex.FlowableSubscriber;
import java.util.function.Consumer;
import org.reactivestreams.Subscription;

/**
 * Takes what the client receives on one connection, a window of messages at first and then one for
 * each that left. On the channel's loop alone.
 */
final class Arrivals implements FlowableSubscriber<Mqtt5Publish> {
  private final Connection connection;
  private final int window;
  private final Consumer<Delivery> arrived;
  private Subscription subscription;
  private long sequence;

  /**
   * @param window Receive Maximum: what may be here without being acknowledged
   */
  Arrivals(Connection connection, int window, Consumer<Delivery> arrived) {
    this.connection = connection;
    this.window = window;
    this.arrived = arrived;
  }

  /** One message left: there is room for another one. */
  void oneMore() {
    subscription.request(1);
  }

  void cancel() {
    subscription.cancel();
  }

  @Override
  public void onSubscribe(Subscription given) {
    subscription = given;
    subscription.request(window);
  }

  @Override
  public void onNext(Mqtt5Publish publish) {
    if (connection.isOpen()) {
      arrived.accept(new Delivery(connection, publish, sequence++));
    }
  }

  @Override
  public void onError(Throwable over) {
    // The link learns of the end of the connection itself.
  }

  @Override
  public void onComplete() {
    // The same.
  }
}
