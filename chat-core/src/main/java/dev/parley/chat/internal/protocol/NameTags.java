package dev.parley.chat.internal.protocol;

import dev.parley.chat.PeerId;
import dev.parley.chat.internal.timeline.ShownNames;
import dev.parley.chat.store.KnownPeer;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** What those who are in the room are shown as, see {@link ShownNames}; counts again only those of one name. */
final class NameTags {

    private final Map<PeerId, String> names = new LinkedHashMap<>();
    private final Map<String, Map<PeerId, String>> alike = new LinkedHashMap<>();

    /**
     * Somebody is there under a name.
     *
     * @return others, who are shown differently by this perhaps
     */
    Set<PeerId> named(PeerId peer, String name) {
        if (name.equals(names.get(peer))) {
            return Set.of();
        }
        Set<PeerId> before = gone(peer);
        names.put(peer, name);
        Map<PeerId, String> group = alike.computeIfAbsent(KnownPeer.nameKey(name), key -> new LinkedHashMap<>());
        group.put(peer, name);
        return others(peer, group, before);
    }

    /** Somebody is gone; returns others, who are shown differently by this perhaps. */
    Set<PeerId> gone(PeerId peer) {
        String name = names.remove(peer);
        if (name == null) {
            return Set.of();
        }
        String key = KnownPeer.nameKey(name);
        Map<PeerId, String> group = alike.getOrDefault(key, new LinkedHashMap<>());
        group.remove(peer);
        if (group.isEmpty()) {
            alike.remove(key);
        }
        return Set.copyOf(group.keySet());
    }

    private static Set<PeerId> others(PeerId peer, Map<PeerId, String> group, Set<PeerId> more) {
        if (group.size() == 1 && more.isEmpty()) {
            return Set.of();
        }
        Set<PeerId> others = new LinkedHashSet<>(group.keySet());
        others.addAll(more);
        others.remove(peer);
        return others;
    }

    /** What somebody who is there is shown as. */
    String shown(PeerId peer, String name) {
        return ShownNames.of(alike.getOrDefault(KnownPeer.nameKey(name), Map.of(peer, name)))
                .getOrDefault(peer, name);
    }
}
