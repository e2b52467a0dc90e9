package io.muster.localstack.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Tells whether a program can do its work. */
@FunctionalInterface
public interface Readiness {
  /** How long one question may take. */
  Duration ANSWER_WITHIN = Duration.ofSeconds(3);

  /** What is still missing, in few words; empty when it is ready. Returns within seconds. */
  Optional<String> missing();

  /** Ready when something listens on the port of the loopback address. */
  static Readiness tcp(int port) {
    return () -> {
      try (var socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", port), (int) ANSWER_WITHIN.toMillis());
        return Optional.empty();
      } catch (IOException e) {
        return Optional.of("nothing listens on port " + port);
      }
    };
  }

  /**
   * Ready when a GET is answered with 200, as Quarkus' {@code /q/health/ready} does; else its
   * checks say what is missing.
   */
  static Readiness http(URI address) {
    var client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_WITHIN)
            .build();
    var request = HttpRequest.newBuilder(address).timeout(ANSWER_WITHIN).build();
    return () -> {
      try {
        var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() == 200
            ? Optional.empty()
            : DownChecks.in(answer.body())
                .or(() -> Optional.of(address.getPath() + " answers " + answer.statusCode()));
      } catch (IOException e) {
        return Optional.of("nothing answers at " + address);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return Optional.of("interrupted");
      }
    };
  }

  /**
   * Waits until it is ready.
   *
   * @throws NotReadyException when the process ends first, or the time is over; with the end of its
   *     log
   */
  default void await(ChildProcess process, Duration patience) {
    var end = System.nanoTime() + patience.toNanos();
    var missing = missing();
    while (missing.isPresent()) {
      if (!process.isAlive()) {
        throw NotReadyException.ended(process);
      }
      if (System.nanoTime() > end) {
        throw NotReadyException.late(process, patience, missing.get());
      }
      // Waiting for the end of the process doubles as the pause between two questions.
      process.awaitEnd(Duration.ofMillis(100));
      if (Thread.currentThread().isInterrupted()) {
        throw NotReadyException.late(process, patience, "interrupted");
      }
      missing = missing();
    }
    // Whatever answered may be an older process on the same port.
    if (!process.isAlive()) {
      throw NotReadyException.ended(process);
    }
  }
}
