package io.muster.mqtt;

/**
 * A message that was given up.
 *
 * @param message its properties as they arrived, with the channel and the number of attempts
 * @param payload its payload, not to be modified
 * @param reason why it was given up: the failure that the application reported, or {@link
 *     PayloadTooLargeException}
 */
public record DeadLetter(MqttInboundMetadata message, byte[] payload, Throwable reason) {}
