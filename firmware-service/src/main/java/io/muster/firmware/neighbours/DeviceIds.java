package io.muster.firmware.neighbours;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** How many devices the registry can be asked for by their ids at a time. Stateless. */
public final class DeviceIds {
  /** At most so many: the registry's bound of the values of a comparison. */
  public static final int MOST = 200;

  /** Bound of the registry's filter language. */
  private static final int CHARACTERS = 3_000;

  private DeviceIds() {}

  /** As many as fit into one question. */
  public static <T> List<T> some(List<T> devices, Function<T, String> id) {
    List<T> some = new ArrayList<>();
    var characters = 0;
    for (var device : devices) {
      characters += id.apply(device).length() + 1;
      if (some.size() == MOST || characters > CHARACTERS) {
        break;
      }
      some.add(device);
    }
    return some;
  }

  /** What {@link Neighbours#devices} is asked for them. */
  public static String filter(List<String> devices) {
    return "id=in=(" + String.join(",", devices) + ")";
  }
}
