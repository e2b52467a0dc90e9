package io.muster.benchmarks.rounds;

import io.muster.benchmarks.accounting.Bill;

/**
 * One measured round.
 *
 * @param contender its name
 * @param stored what was stored; the table held exactly as many rows
 * @param bill who spent what meanwhile
 */
public record Round(String contender, Stored stored, Bill bill) {}
