package io.muster.ingest.intake;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** The database, for connections outside of the shared pool. */
@ConfigMapping(prefix = "muster.database")
public interface DatabaseConfig {

  /** {@code postgresql://host:port/database?sslmode=…}. */
  @WithDefault("postgresql://127.0.0.1:5433/muster")
  String url();

  /** The role that owns the schema. */
  @WithDefault("muster_ingest")
  String user();

  /** Its password. */
  @WithDefault("")
  String password();

  /** PEM file of who may have signed its certificate, for the modes {@code verify-…}. */
  Optional<Path> caFile();
}
