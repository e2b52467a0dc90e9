package io.muster.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.benchmarks.load.FakeAcceptor;
import io.muster.benchmarks.load.FakeAcceptor.Behaviour;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadCommandIT {
  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path credentials;

  @BeforeEach
  void writeCredentials() throws IOException {
    credentials = Files.writeString(folder.resolve("credentials"), "a@demo,one\nb@demo,two\n");
  }

  @Test
  void publishesToAnyEndpointAndTellsWhatCameOfIt() {
    try (var server = new FakeAcceptor(Behaviour.acknowledging(50, 5))) {
      var exit = load(server.port(), "--rate", "200", "--duration", "1s", "--mqtt", "3.1.1");

      assertEquals(0, exit, err::toString);
      assertTrue(out.toString().contains("200 published, 200 acknowledged"), out::toString);
      assertTrue(out.toString().contains("0x00: 200"), out::toString);
    }
  }

  @Test
  void endsWithAnErrorWhenMessagesWereRefused() {
    try (var server = new FakeAcceptor(new Behaviour(50, 5, (byte) 0x97, 0))) {
      var exit = load(server.port(), "--rate", "200", "--duration", "300ms");

      assertEquals(1, exit);
      assertTrue(out.toString().contains("0x97: 60"), out::toString);
    }
  }

  @Test
  void aMistakeIsALineAndNoStackTrace() {
    var exit = load(1, "--duration", "300ms");

    assertEquals(1, exit);
    assertEquals(1, err.toString().lines().count(), err::toString);
    assertTrue(err.toString().startsWith("cannot connect to 127.0.0.1:1"), err::toString);
  }

  private int load(int port, String... more) {
    var arguments = new ArrayList<String>();
    arguments.add("load");
    arguments.add("--port=" + port);
    arguments.add("--credentials=" + credentials);
    arguments.addAll(List.of(more));
    return Benchmarks.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err, true))
        .execute(arguments.toArray(String[]::new));
  }
}
