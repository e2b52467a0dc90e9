package io.muster.command.commands;

import com.fasterxml.jackson.databind.JsonNode;
import io.muster.command.life.Terms;
import io.muster.rest.problem.FieldError;
import io.muster.rest.problem.Refusal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A command that may be sent: read from its request, checked against the limits.
 *
 * @param payload not to be changed
 * @param requestSha256 of all that was asked for, to tell a repeated request from another one
 */
public record NewCommand(
    String name, String contentType, byte[] payload, Terms terms, byte[] requestSha256) {
  private static final String JSON = "application/json";
  private static final Duration MIN_BACKOFF = Duration.ofSeconds(1);
  private static final Duration MAX_BACKOFF = Duration.ofMinutes(1);
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST_BACKOFF = Duration.ofDays(1);

  /**
   * @throws io.muster.rest.problem.RefusedException when it may not be
   */
  public static NewCommand read(CommandBody body, CommandLimits limits, Instant now) {
    var payload = payload(body);
    if (payload.length > limits.payloadBytes()) {
      throw new Refusal.TooLarge(
              "The payload is longer than %d bytes.".formatted(limits.payloadBytes()))
          .asException();
    }
    var contentType =
        body.contentType() != null ? body.contentType() : body.payload() != null ? JSON : null;
    return new NewCommand(
        body.name(), contentType, payload, terms(body, limits, now), sha256(body, payload));
  }

  private static byte[] payload(CommandBody body) {
    if (body.payload() != null && body.payloadBase64() != null) {
      throw new Refusal.Meaningless(
              List.of(FieldError.at("/payloadBase64", "must not stand beside payload")))
          .asException();
    }
    if (body.payloadBase64() != null) {
      return body.payloadBase64();
    }
    return body.payload() == null ? new byte[0] : bytes(body.payload());
  }

  private static byte[] bytes(JsonNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static Terms terms(CommandBody body, CommandLimits limits, Instant now) {
    var retry = body.retry() == null ? new RetryBody(null, null, null) : body.retry();
    var timeToLive = or(body.timeToLive(), limits.defaultTimeToLive());
    var responseTimeout = or(body.responseTimeout(), limits.defaultResponseTimeout());
    var retries = or(retry.retries(), 0);
    var minBackoff = or(retry.minBackoff(), MIN_BACKOFF);
    var maxBackoff = or(retry.maxBackoff(), longer(minBackoff, MAX_BACKOFF));
    var qos = or(body.qos(), 1);
    List<FieldError> wrong = new ArrayList<>();
    between(wrong, "/timeToLive", timeToLive, SHORTEST, limits.maxTimeToLive());
    between(wrong, "/responseTimeout", responseTimeout, SHORTEST, limits.maxResponseTimeout());
    between(wrong, "/retry/minBackoff", minBackoff, SHORTEST, LONGEST_BACKOFF);
    between(wrong, "/retry/maxBackoff", maxBackoff, minBackoff, LONGEST_BACKOFF);
    if (qos < 0 || qos > 2) {
      wrong.add(FieldError.at("/qos", "must be 0, 1 or 2"));
    }
    if (retries < 0 || retries > limits.maxRetries()) {
      wrong.add(FieldError.at("/retry/retries", "must be 0 to " + limits.maxRetries()));
    }
    if (!wrong.isEmpty()) {
      throw new Refusal.Meaningless(wrong).asException();
    }
    return new Terms(
        or(body.oneWay(), false),
        qos,
        now.plus(timeToLive),
        responseTimeout,
        retries,
        minBackoff,
        maxBackoff);
  }

  private static void between(
      List<FieldError> wrong, String pointer, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      wrong.add(FieldError.at(pointer, "must be from %s to %s".formatted(least, most)));
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static <T> T or(T value, T otherwise) {
    return value == null ? otherwise : value;
  }

  private static byte[] sha256(CommandBody body, byte[] payload) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var rest =
          List.of(
              String.valueOf(body.name()),
              String.valueOf(body.contentType()),
              String.valueOf(body.oneWay()),
              String.valueOf(body.qos()),
              String.valueOf(body.timeToLive()),
              String.valueOf(body.responseTimeout()),
              String.valueOf(body.retry()));
      digest.update(String.join("\n", rest).getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      return digest.digest(payload);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
