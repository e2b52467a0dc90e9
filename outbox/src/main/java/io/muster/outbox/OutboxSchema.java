package io.muster.outbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The tables of this module as SQL text. A service's Flyway migration is a copy of it, and a test
 * of the service compares the two, so that the copies cannot drift apart.
 */
public final class OutboxSchema {
  private OutboxSchema() {}

  /** Tables {@code outbox}, {@code outbox_counter} and {@code service_ordinal}. */
  public static String outbox() {
    return text("outbox.sql");
  }

  /** More columns of {@code outbox}; a migration of its own, after {@link #outbox()}. */
  public static String properties() {
    return text("outbox_properties.sql");
  }

  /** An index of {@code outbox}; a migration of its own, after {@link #outbox()}. */
  public static String devices() {
    return text("outbox_devices.sql");
  }

  /** Tables {@code followed_log} and {@code followed_event}, for {@link EventFollower}. */
  public static String follower() {
    return text("follower.sql");
  }

  /** More columns of {@code followed_log}, for {@link SharedEffects}; after {@link #follower()}. */
  public static String followerTurn() {
    return text("follower_turn.sql");
  }

  /** Table {@code tenant_removal}, for {@link TenantRemovals}. */
  public static String tenantRemoval() {
    return text("tenant_removal.sql");
  }

  private static String text(String name) {
    try (var in = OutboxSchema.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
