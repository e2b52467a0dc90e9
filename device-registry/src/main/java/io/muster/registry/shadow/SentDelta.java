package io.muster.registry.shadow;

import java.util.UUID;

/**
 * A delta that is on its way to whoever is subscribed.
 *
 * @param shadowKey of the shadow's row
 * @param messageId of the message
 */
record SentDelta(int shadowKey, ShadowKey shadow, Family family, UUID messageId) {}
