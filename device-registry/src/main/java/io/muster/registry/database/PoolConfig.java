package io.muster.registry.database;

import io.muster.rest.database.PoolLimits;
import io.smallrye.config.ConfigMapping;

/** How long the service waits for a database that says nothing. */
@ConfigMapping(prefix = "muster.registry.database")
public interface PoolConfig extends PoolLimits {}
