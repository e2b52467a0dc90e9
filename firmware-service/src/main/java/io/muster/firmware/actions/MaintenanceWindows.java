package io.muster.firmware.actions;

import io.muster.firmware.database.Sql;

/** When devices may install what they are to get. Whoever gives devices actions may have some. */
public interface MaintenanceWindows {

  /** How an action stands to its window. */
  enum Standing {
    /** It has none: the device may install it whenever it wants. */
    NONE,
    /** The device may install it now. */
    OPEN,
    /** The device may download it, and is not to install it. */
    CLOSED
  }

  /** An action's, now. */
  Standing of(Sql db, Action action);
}
