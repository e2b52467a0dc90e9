package io.muster.benchmarks.rounds;

import io.muster.benchmarks.accounting.Cost;
import java.util.List;

/**
 * One measured round.
 *
 * @param contender its name
 * @param stored what was stored; the table held exactly as many rows
 * @param costs of each process
 */
public record Round(String contender, Stored stored, List<Cost> costs) {}
