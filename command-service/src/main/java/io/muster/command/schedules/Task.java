package io.muster.command.schedules;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.muster.command.commands.CommandBody;
import io.muster.command.commands.PayloadText;
import io.muster.command.jobs.JobBody;
import io.muster.contract.event.ContractJson;
import io.muster.contract.id.DeviceId;
import io.vertx.core.json.JsonObject;

/** What a schedule sends. Payloads are kept as bytes, so that a device gets what was asked for. */
sealed interface Task {

  /** A command to one device. */
  record Single(DeviceId device, CommandBody command) implements Task {
    @Override
    public JsonObject stored() {
      return json(command);
    }
  }

  /** A job. */
  record Many(JobBody job) implements Task {
    @Override
    public JsonObject stored() {
      return json(job);
    }
  }

  /** The form of the column {@code schedule.what}. */
  JsonObject stored();

  /**
   * Reads what is stored.
   *
   * @param device null for a job
   */
  static Task of(String device, JsonObject stored) {
    return device == null
        ? new Many(read(stored, JobBody.class))
        : new Single(new DeviceId(device), read(stored, CommandBody.class));
  }

  /** With its payload as callers see it: as JSON where it is. */
  static CommandBody shown(CommandBody it) {
    var bytes = it.payloadBase64() == null ? new byte[0] : it.payloadBase64();
    var json = PayloadText.json(it.contentType(), bytes);
    return new CommandBody(
        it.name(),
        json,
        json == null ? it.payloadBase64() : null,
        it.contentType(),
        it.oneWay(),
        it.qos(),
        it.timeToLive(),
        it.responseTimeout(),
        it.retry());
  }

  /** With its command as callers see it. */
  static JobBody shown(JobBody it) {
    return with(it, shown(it.command()));
  }

  /** The same job with another command. */
  static JobBody with(JobBody it, CommandBody command) {
    return new JobBody(
        it.description(),
        command,
        it.targets(),
        it.continuous(),
        it.rate(),
        it.abort(),
        it.maintenance(),
        it.startAt());
  }

  private static JsonObject json(Object value) {
    try {
      return new JsonObject(ContractJson.mapper().writeValueAsString(value));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static <T> T read(JsonObject stored, Class<T> type) {
    try {
      return ContractJson.mapper().readValue(stored.encode(), type);
    } catch (JsonProcessingException foreign) {
      throw new IllegalStateException("what a schedule sends cannot be read", foreign);
    }
  }
}
