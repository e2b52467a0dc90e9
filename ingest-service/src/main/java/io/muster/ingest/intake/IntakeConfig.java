package io.muster.ingest.intake;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;

/** How messages come into the store. */
@ConfigMapping(prefix = "muster.intake")
public interface IntakeConfig {

  /** Connections to the database over which batches are committed, each with a thread. */
  @WithDefault("3")
  @Min(1) @Max(64) int lanes();

  /** The most readings, events and messages that one transaction holds. */
  @WithDefault("2000")
  @Min(1) @Max(100_000) int batchRows();

  /**
   * The most bytes that one transaction holds, decoded and unpacked, about; unless a single message
   * has more. As much is decoded ahead while a transaction is under way.
   */
  @WithDefault("4194304")
  @Min(1_024) int batchBytes();

  /**
   * How long after the one before a batch begins at the earliest, on each lane, unless it is full.
   * With a few thousand messages a second each transaction then holds several, which saves
   * processor time in the service and in the database; what comes after a silence does not wait,
   * and under load batches take longer than this anyhow. 0 begins each batch at once.
   */
  @WithDefault("0ms")
  @NotNull Duration linger();

  /** How long a transaction may take before its connection is given up. */
  @WithDefault("30s")
  @NotNull Duration commitTimeout();

  /** How long opening a connection may take, and its first words. */
  @WithDefault("5s")
  @NotNull Duration connectTimeout();

  /**
   * How often a lane without work asks whether the database is still there, and how long it waits
   * for the answer. A database that hangs closes nothing, and readiness is to say so before the
   * next message comes.
   */
  @WithDefault("5s")
  @NotNull Duration probeInterval();

  /** The pause before the first repetition of what failed; it doubles from there. */
  @WithDefault("50ms")
  @NotNull Duration retryMin();

  /** What that pause grows to. */
  @WithDefault("3s")
  @NotNull Duration retryMax();

  /** How many bytes of QoS 0 payloads may wait in all; what comes beyond them is dropped. */
  @WithDefault("8388608")
  @Min(0) long atMostOnceBytes();

  /** How many device keys and field sets are remembered. */
  @WithDefault("200000")
  @Min(100) int rememberedKeys();

  /**
   * How many field sets there may be. Readings with yet another set of names are kept as JSON,
   * which costs more room, so that devices with ever new names cannot fill the dictionary.
   */
  @WithDefault("100000")
  @Min(0) int fieldSets();

  /** How long a lane with work may show no sign of life before the service counts as stuck. */
  @WithDefault("2m")
  @NotNull Duration stuckAfter();

  /** What a telemetry message may hold. */
  Limits limits();

  /** What a telemetry message may hold at most. */
  interface Limits {
    /** Names in one reading. */
    @WithDefault("512")
    @Min(1) int fieldsPerReading();

    /** Readings in one message. */
    @WithDefault("10000")
    @Min(1) int readingsPerMessage();

    /** Characters of a name. */
    @WithDefault("256")
    @Min(1) int nameCharacters();

    /** Characters of a text value. */
    @WithDefault("8192")
    @Min(1) int textCharacters();

    /** Bytes of a payload, packed and unpacked. */
    @WithDefault("262144")
    @Min(1) int payloadBytes();
  }
}
