package io.muster.ingest.endpoint.tls;

import io.muster.ingest.endpoint.packets.MalformedPacketException;
import io.muster.ingest.endpoint.packets.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;

/**
 * Closes a TLS connection whose client wants another handshake, which at TLS 1.2 costs the server
 * far more than the client, as often as it likes; the JDK's engine cannot be told to refuse it.
 * Stands before the TLS handler and looks at the headers of records alone: behind its
 * ChangeCipherSpec a client sends one handshake record, Finished (RFC 5246 §7.3), or at TLS 1.3 the
 * second ClientHello (RFC 8446 D.4), where later handshake messages look like data. On the event
 * loop.
 */
public final class RenegotiationGuard extends ChannelInboundHandlerAdapter {
  private static final int CHANGE_CIPHER_SPEC = 20;
  private static final int HANDSHAKE = 22;
  private static final int HEADER_BYTES = 5;

  private int headerAt;
  private int type;
  private int bodyLeft;
  private boolean cipherChanged;
  private boolean finished;
  private boolean refused;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (message instanceof ByteBuf bytes && (refused || asksAgain(bytes))) {
      bytes.release();
      refuse(context);
      return;
    }
    super.channelRead(context, message);
  }

  /** Once; the client may be told so over the connection as it is. */
  private void refuse(ChannelHandlerContext context) {
    if (!refused) {
      refused = true;
      var wrong = new MalformedPacketException(ReasonCode.PROTOCOL_ERROR, "another TLS handshake");
      context.fireExceptionCaught(new DecoderException(wrong));
    }
  }

  private boolean asksAgain(ByteBuf bytes) {
    var at = bytes.readerIndex();
    while (at < bytes.writerIndex()) {
      if (headerAt == HEADER_BYTES) {
        var skipped = Math.min(bodyLeft, bytes.writerIndex() - at);
        at += skipped;
        bodyLeft -= skipped;
        headerAt = bodyLeft == 0 ? 0 : headerAt;
      } else if (isAnotherHandshake(bytes.getUnsignedByte(at++))) {
        return true;
      }
    }
    return false;
  }

  /** Takes the next byte of a record's header. */
  private boolean isAnotherHandshake(int next) {
    switch (headerAt++) {
      case 0 -> type = next;
      case 3 -> bodyLeft = next << 8;
      case 4 -> {
        bodyLeft |= next;
        headerAt = bodyLeft == 0 ? 0 : headerAt;
        return begins();
      }
      default -> {
        return false;
      }
    }
    return false;
  }

  private boolean begins() {
    if (type == CHANGE_CIPHER_SPEC) {
      cipherChanged = true;
    } else if (type == HANDSHAKE && cipherChanged) {
      var again = finished;
      finished = true;
      return again;
    }
    return false;
  }
}
