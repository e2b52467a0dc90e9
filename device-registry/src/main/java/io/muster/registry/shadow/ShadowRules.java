package io.muster.registry.shadow;

/**
 * How much a shadow may hold.
 *
 * @param maxBytes of desired and reported state together, as compact JSON in UTF-8; metadata does
 *     not count
 * @param maxDepth how many levels of members or elements each section may have
 */
record ShadowRules(int maxBytes, int maxDepth) {}
