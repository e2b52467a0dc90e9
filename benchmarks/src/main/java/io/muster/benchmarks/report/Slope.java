package io.muster.benchmarks.report;

import java.util.List;

/**
 * The straight line that lies closest to points, by least squares.
 *
 * @param perUnit by how much y grows when x grows by one
 */
public record Slope(double perUnit) {

  /**
   * @param x such as minutes
   * @param y
   */
  public record Point(double x, double y) {}

  /** Of at least two points with different x, else 0. */
  public static Slope of(List<Point> points) {
    var meanX = points.stream().mapToDouble(Point::x).average().orElse(0);
    var meanY = points.stream().mapToDouble(Point::y).average().orElse(0);
    var together = 0.0;
    var alone = 0.0;
    for (var point : points) {
      together += (point.x() - meanX) * (point.y() - meanY);
      alone += (point.x() - meanX) * (point.x() - meanX);
    }
    return new Slope(alone == 0 ? 0 : together / alone);
  }
}
