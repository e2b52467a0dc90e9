package io.muster.ingest.endpoint.down;

import io.muster.ingest.endpoint.down.Exchange.State;
import io.muster.ingest.endpoint.packets.PubRels;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.muster.ingest.endpoint.session.ActiveSession;
import io.netty.channel.Channel;

/**
 * Makes one connection's client forget the identifiers of the QoS 2 messages that it has, each once
 * it is kept that its message is not sent again, in the order of the PUBRECs. On the event loop.
 */
final class Releases {
  private final Channel channel;
  private final ActiveSession session;
  private final Exchanges exchanges;
  private final Keeping keeping;
  private final Receipts receipts;
  private boolean ended;

  Releases(
      Channel channel,
      ActiveSession session,
      Exchanges exchanges,
      Keeping keeping,
      Receipts receipts) {
    this.channel = channel;
    this.session = session;
    this.exchanges = exchanges;
    this.keeping = keeping;
    this.receipts = receipts;
  }

  /** The receipt first: were it lost on the way, the message would be sent to the device again. */
  void delivered(Exchange exchange) {
    var message = exchanges.letGo(exchange);
    exchanges.taken(exchange);
    receipts.delivered(message.message(), () -> keeping.onLoop(() -> keep(exchange)));
  }

  /** The client is not sent it any more, whether it has it or not. */
  void withoutReceipt(Exchange exchange) {
    exchanges.taken(exchange);
    keep(exchange);
  }

  private void keep(Exchange exchange) {
    keeping.taken(exchange, () -> kept(exchange));
  }

  /** Of an earlier connection, which kept that the client has it. */
  void again(Exchange exchange) {
    exchanges.taken(exchange);
    kept(exchange);
  }

  private void kept(Exchange exchange) {
    exchange.state = State.RELEASABLE;
    for (var next = exchanges.nextToRelease(); next != null; next = exchanges.nextToRelease()) {
      next.state = State.RELEASED;
      say(next.packetIdentifier, ReasonCode.SUCCESS);
    }
  }

  void say(int packetIdentifier, ReasonCode code) {
    if (!ended && channel.isActive()) {
      var out = channel.alloc().ioBuffer(PubRels.MOST_BYTES);
      PubRels.write(out, session.version(), packetIdentifier, code);
      channel.writeAndFlush(out, channel.voidPromise());
    }
  }

  /** The connection has ended: nothing more is sent. */
  void end() {
    ended = true;
  }
}
