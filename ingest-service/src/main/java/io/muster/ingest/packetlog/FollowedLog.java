package io.muster.ingest.packetlog;

import io.muster.ingest.endpoint.packetlog.PacketEntry;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The last entries of one device, and who follows them at this replica. Thread-safe. */
final class FollowedLog {
  private final int most;
  private final ArrayDeque<PacketEntry> last = new ArrayDeque<>();
  private final Set<LogFollower> followers = ConcurrentHashMap.newKeySet();

  FollowedLog(int most) {
    this.most = most;
  }

  void add(PacketEntry entry) {
    synchronized (last) {
      last.add(entry);
      if (last.size() > most) {
        last.remove();
      }
    }
  }

  List<PacketEntry> last(int limit) {
    synchronized (last) {
      return last.stream().skip(Math.max(0, last.size() - limit)).toList();
    }
  }

  void toFollowers(LogEvent event) {
    followers.forEach(follower -> follower.offer(event));
  }

  Set<LogFollower> followers() {
    return followers;
  }
}
