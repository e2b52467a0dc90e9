package io.muster.rest.requests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.AsyncResult;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RequestEndTest {
  private final Map<Object, Object> data = new HashMap<>();
  private final List<Handler<AsyncResult<Void>>> atItsEnd = new ArrayList<>();
  private final RoutingContext context = context();
  private final List<String> taken = new ArrayList<>();

  @Test
  void whatIsToComeIsTakenOnceInOrder() {
    var end = RequestEnd.watch(context);
    end.then(() -> taken.add("room"));
    RequestEnd.of(context).then(() -> taken.add("place"));
    assertEquals(List.of(), taken);
    tellTheEnd();
    // As of an answer and then of its connection.
    tellTheEnd();
    assertEquals(List.of("room", "place"), taken);
  }

  @Test
  void ofARequestThatIsOverItIsTakenAtOnce() {
    var end = RequestEnd.watch(context);
    assertSame(end, RequestEnd.of(context));
    tellTheEnd();
    end.then(() -> taken.add("place"));
    assertEquals(List.of("place"), taken);
  }

  @Test
  void ofOneThatNobodyWatchesItIsNotKnown() {
    assertThrows(IllegalStateException.class, () -> RequestEnd.of(context));
  }

  private void tellTheEnd() {
    atItsEnd.forEach(it -> it.handle(null));
  }

  @SuppressWarnings("unchecked")
  private RoutingContext context() {
    var loader = RequestEndTest.class.getClassLoader();
    return (RoutingContext)
        Proxy.newProxyInstance(
            loader,
            new Class<?>[] {RoutingContext.class},
            (itself, method, arguments) ->
                switch (method.getName()) {
                  case "put" -> {
                    data.put(arguments[0], arguments[1]);
                    yield itself;
                  }
                  case "get" -> data.get(arguments[0]);
                  case "addEndHandler" -> {
                    atItsEnd.add((Handler<AsyncResult<Void>>) arguments[0]);
                    yield 0;
                  }
                  case "normalizedPath" -> "/here";
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
