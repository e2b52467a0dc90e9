package io.muster.command.commands;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;

/** A state that a command came into. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StepView(String state, String reason, Instant at) {}
