package io.muster.firmware.manifest;

import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * The private halves of the keys for manifests: the configured file holds the first, and each later
 * one has a file of its own in a folder that all instances share. Thread-safe.
 */
@ApplicationScoped
class KeyFiles {
  private static final Logger LOG = Logger.getLogger(KeyFiles.class);

  private final Path first;
  private final Path folder;
  private final Map<String, ManifestKey> read = new ConcurrentHashMap<>();

  KeyFiles(ManifestConfig config) {
    this.first = config.keyFile().toAbsolutePath();
    this.folder = config.keyFolder().map(Path::toAbsolutePath).orElse(first.getParent());
  }

  /** The configured key, made when there is none. */
  ManifestKey makeFirst() {
    return remembered(() -> ManifestKey.of(first));
  }

  /** The configured key, if there is one. */
  Optional<ManifestKey> first() {
    return Files.exists(first)
        ? Optional.of(remembered(() -> ManifestKey.read(first)))
        : Optional.empty();
  }

  /** Makes another one, safe on the disk. */
  ManifestKey make() {
    return remembered(
        () -> {
          var key = ManifestKey.generate();
          key.write(file(key.id()));
          return key;
        });
  }

  /** The key of that id, if its file is here. */
  Optional<ManifestKey> find(String id) {
    var known = Optional.ofNullable(read.get(id));
    return known.isPresent() ? known : lookUp(id);
  }

  private Optional<ManifestKey> lookUp(String id) {
    try {
      var key = ManifestKey.read(file(id));
      if (key.id().equals(id)) {
        read.put(id, key);
        return Optional.of(key);
      }
      LOG.errorf("%s holds another key than its name says", file(id));
    } catch (NoSuchFileException absent) {
      // The caller says what that means.
    } catch (IOException unreadable) {
      LOG.errorf("The key of manifests %s cannot be read: %s", id, unreadable.getMessage());
    }
    return Optional.empty();
  }

  /** Nobody signs with it any more. The configured file is not ours to delete. */
  void delete(String id) {
    read.remove(id);
    try {
      Files.deleteIfExists(file(id));
    } catch (IOException e) {
      LOG.warnf("%s stays: %s", file(id), e.toString());
    }
  }

  private Path file(String id) {
    return folder.resolve("manifest-" + id + ".key");
  }

  /** Makes or reads a key. */
  private interface Source {
    ManifestKey key() throws IOException;
  }

  private ManifestKey remembered(Source source) {
    try {
      var key = source.key();
      read.put(key.id(), key);
      return key;
    } catch (IOException e) {
      throw new UncheckedIOException("the key for manifests: " + e.getMessage(), e);
    }
  }
}
