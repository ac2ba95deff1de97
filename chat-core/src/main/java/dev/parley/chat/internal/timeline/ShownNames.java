package dev.parley.chat.internal.timeline;

import dev.parley.chat.PeerId;
import dev.parley.chat.store.KnownPeer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells members of one name apart: {@code ann} alone is {@code ann}, two are {@code ann·3f7k} and {@code ann·q2xm},
 * whoever came first. The end is the beginning of the peer id, as long as it takes to differ. A name that looks as if
 * it had such an end gets one as well, so that nobody can be shown as another.
 */
public final class ShownNames {

    /** What stands before the end. */
    public static final char SEPARATOR = '\u00b7';

    /** Shortest end, in characters of the peer id. */
    public static final int MIN_SUFFIX_CHARS = 4;

    private ShownNames() {}

    /**
     * Finds out what to show.
     *
     * @param names what each peer calls itself
     * @return what each peer is shown as; no two alike, as {@link KnownPeer#nameKey} compares them
     */
    public static Map<PeerId, String> of(Map<PeerId, String> names) {
        Map<String, List<PeerId>> alike = new HashMap<>();
        names.forEach((peer, name) -> alike.computeIfAbsent(KnownPeer.nameKey(name), key -> new ArrayList<>())
                .add(peer));
        Map<PeerId, String> shown = new HashMap<>();
        alike.values().forEach(peers -> {
            int chars = peers.size() == 1 ? MIN_SUFFIX_CHARS : suffixChars(peers);
            for (PeerId peer : peers) {
                String name = names.getOrDefault(peer, "");
                boolean isAlone = peers.size() == 1 && name.indexOf(SEPARATOR) < 0;
                shown.put(peer, isAlone ? name : name + SEPARATOR + peer.value().substring(0, chars));
            }
        });
        return shown;
    }

    private static int suffixChars(List<PeerId> peers) {
        int chars = MIN_SUFFIX_CHARS;
        while (chars < peers.get(0).value().length()) {
            int length = chars;
            long different = peers.stream()
                    .map(peer -> peer.value().substring(0, length))
                    .distinct()
                    .count();
            if (different == peers.size()) {
                break;
            }
            chars++;
        }
        return chars;
    }
}
