package io.muster.registry.tokens;

import jakarta.ws.rs.core.HttpHeaders;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.RestResponse.ResponseBuilder;

/** Answers that hold what nobody may keep. */
public final class TokenAnswers {
  private TokenAnswers() {}

  /** 200, not to be kept by anybody on the way. */
  public static <T> RestResponse<T> once(T body) {
    return ResponseBuilder.ok(body).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
  }
}
