/**
 * What a service tells the others, without loss: rows written in the transaction of the change they
 * tell of, numbered without gaps once they are committed, published over MQTT as a wake-up, and
 * served as a log. {@link io.muster.outbox.Outbox} writes, {@link io.muster.outbox.OutboxPublisher}
 * numbers and publishes, {@link io.muster.outbox.OutboxLog} serves, {@link
 * io.muster.outbox.EventFollower} follows another service's log, {@link
 * io.muster.outbox.SharedFollower} does so in one of several instances, and {@link
 * io.muster.outbox.OrdinalLease} says which instance one is.
 */
package io.muster.outbox;
