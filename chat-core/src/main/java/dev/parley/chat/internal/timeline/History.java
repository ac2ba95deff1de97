package dev.parley.chat.internal.timeline;

import java.util.NavigableMap;
import java.util.TreeMap;

/** A value that acts set, as it was at each place. Which acts came first does not matter, only where they stand. */
final class History<V> {

    private final TreeMap<Place, V> values = new TreeMap<>();
    private V base;

    History(V base) {
        this.base = base;
    }

    V at(Place place) {
        var entry = values.floorEntry(place);
        return entry == null ? base : entry.getValue();
    }

    V latest() {
        var entry = values.lastEntry();
        return entry == null ? base : entry.getValue();
    }

    void set(Place place, V value) {
        values.put(place, value);
    }

    void unset(Place place) {
        values.remove(place);
    }

    /** Makes what was set up to a place the value of all time before. */
    void forgetUpTo(Place horizon) {
        NavigableMap<Place, V> old = values.headMap(horizon, true);
        if (!old.isEmpty()) {
            base = old.lastEntry().getValue();
            old.clear();
        }
    }
}
