package io.muster.rest.problem;

import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import jakarta.ws.rs.ConstrainedTo;
import jakarta.ws.rs.RuntimeType;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;

/** Ends the reading of a body that did not say how long it is, where {@link RequestGate} says. */
@Provider
@ConstrainedTo(RuntimeType.SERVER)
class BodyBound implements ReaderInterceptor {
  /** Of a request's context: how many bytes; absent for a body with other bounds. */
  static final String MOST_BYTES = "muster.most-body-bytes";

  private final CurrentVertxRequest request;

  BodyBound(CurrentVertxRequest request) {
    this.request = request;
  }

  @Override
  public Object aroundReadFrom(ReaderInterceptorContext reading) throws IOException {
    var context = request.getCurrent();
    Long most = context == null ? null : context.get(MOST_BYTES);
    return most == null ? reading.proceed() : bounded(reading, most);
  }

  private static Object bounded(ReaderInterceptorContext reading, long most) throws IOException {
    var body = new BoundedBody(reading.getInputStream(), most);
    reading.setInputStream(body);
    try {
      return reading.proceed();
    } catch (IOException | RuntimeException wrong) {
      // Too long is too long, whatever else is wrong with it.
      body.readToTheEnd();
      throw wrong;
    }
  }
}
