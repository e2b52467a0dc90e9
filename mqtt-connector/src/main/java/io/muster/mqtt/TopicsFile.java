package io.muster.mqtt;

import com.hivemq.client.mqtt.datatypes.MqttTopicFilter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Remembers topic filters, one in a line, across restarts of the process. Blocks. */
record TopicsFile(Path path) {
  Set<MqttTopicFilter> read() throws IOException {
    try {
      return Files.readAllLines(path).stream()
          .filter(line -> !line.isBlank())
          .map(MqttTopicFilter::of)
          .collect(Collectors.toCollection(LinkedHashSet::new));
    } catch (NoSuchFileException firstTime) {
      return Set.of();
    }
  }

  /** Replaces the file as a whole: a crash leaves the old content or the new. */
  void write(Collection<MqttTopicFilter> filters) throws IOException {
    var text = filters.stream().map(MqttTopicFilter::toString).collect(Collectors.joining("\n"));
    var folder = path.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    var fresh = folder.resolve(path.getFileName() + ".new");
    try (var out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      var bytes = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
