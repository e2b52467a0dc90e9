package io.muster.rest.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.NotBlank;

/** Where a person's token says what its bearer may do. */
@ConfigMapping(prefix = "muster.people")
interface PeopleConfig {

  /**
   * The claim that lists the bearer's tenants, {@code *} among them for all. Slashes lead into
   * nested objects; a name that holds some stands in quotes: {@code "https://muster.io/tenants"}.
   */
  @WithDefault("muster_tenants")
  @NotBlank String tenantsClaim();
}
