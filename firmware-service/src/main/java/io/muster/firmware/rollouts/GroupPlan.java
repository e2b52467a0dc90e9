package io.muster.firmware.rollouts;

/**
 * Some of a rollout's devices, which have their turn when the groups before have succeeded.
 *
 * @param name for people
 * @param successShare it has succeeded when so many of those that take part have it, 0 to 1
 * @param errorShare it has failed when so many could not install it, above 0 and at most 1
 */
record GroupPlan(String name, Size size, double successShare, double errorShare) {
  private static final double EPSILON = 1e-9;

  GroupPlan {
    if (!(successShare >= 0) || successShare > 1 || !(errorShare > 0) || errorShare > 1) {
      throw new IllegalArgumentException("a share is from 0 to 1");
    }
  }

  /** How many devices. */
  sealed interface Size {

    /** A share of all, rounded up; above 0 and at most 1. */
    record Share(double of) implements Size {
      public Share {
        if (!(of > 0) || of > 1) {
          throw new IllegalArgumentException("a share is above 0 and at most 1");
        }
      }
    }

    /** A number, as far as there are so many. */
    record Count(long devices) implements Size {
      public Count {
        if (devices < 1) {
          throw new IllegalArgumentException("a group has a device");
        }
      }
    }

    /** What is left. */
    record Rest() implements Size {}
  }

  /**
   * How many devices it has.
   *
   * @param all of the rollout
   * @param left after the groups before
   */
  long devices(long all, long left) {
    return switch (size) {
      case Size.Share it -> Math.min(left, (long) Math.ceil(it.of() * all - EPSILON));
      case Size.Count it -> Math.min(left, it.devices());
      case Size.Rest _ -> left;
    };
  }

  /**
   * Whether it cannot be said: it has devices, and none of them takes part. A first group is there
   * to show something, so the next must not begin for that.
   */
  boolean showsNothing(GroupCounts counts) {
    return successShare > 0 && counts.participants() == 0 && counts.absent() > 0;
  }

  /** Whether enough have it. */
  boolean hasSucceeded(GroupCounts counts) {
    return counts.finished() >= successShare * counts.participants() - EPSILON;
  }

  /** Whether too many could not install it. */
  boolean hasFailed(GroupCounts counts) {
    return counts.failed() > 0 && counts.failed() >= errorShare * counts.participants() - EPSILON;
  }
}
