package io.muster.firmware.ddi;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;

/** hawkBit's device API. */
@ConfigMapping(prefix = "muster.firmware")
public interface DdiConfig {

  /** Where devices reach the service from outside; links begin with it, whatever a request says. */
  @WithDefault("http://127.0.0.1:8084")
  URI publicUrl();

  Ddi ddi();

  /** What concerns devices alone. */
  interface Ddi {
    /** How often devices ask, unless their tenant says otherwise. */
    @WithDefault("5M")
    @DurationMin(seconds = 5)
    @DurationMax(hours = 23)
    Duration polling();

    /** How many attributes a device may say of itself. */
    @WithDefault("100")
    @Min(1)
    int attributes();

    /** How many characters the value of an attribute may have. */
    @WithDefault("1024")
    @Min(1)
    int attributeCharacters();

    /**
     * How many wrong gateway tokens an address may show in a minute before nothing is looked at.
     */
    @WithDefault("10")
    @Min(1)
    int wrongGatewayTokens();
  }
}
