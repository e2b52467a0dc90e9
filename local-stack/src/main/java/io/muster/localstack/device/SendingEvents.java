package io.muster.localstack.device;

/** Hears how sending goes, on the sender's thread. */
public interface SendingEvents {
  void connected();

  /** The connection ended or could not be made. */
  void disconnected(String reason);

  /** A message is safe: its PUBACK came with success. */
  void acknowledged();

  /** The endpoint will not have a message; it is not sent again. */
  void refused(String reason);

  /** A turn of the sender's loop; for what is to be drawn now and then. */
  void passing();
}
