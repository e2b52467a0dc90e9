package io.muster.benchmarks.report;

/**
 * Two contenders whose rates are set against each other, round by round.
 *
 * @param contender whose rate is divided
 * @param by the floor or the peer
 */
public record Comparison(String contender, String by) {}
