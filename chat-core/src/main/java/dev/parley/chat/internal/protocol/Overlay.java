package dev.parley.chat.internal.protocol;

import dev.parley.chat.PeerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Says to whom a member has links, besides the one to the leader that everybody has. A function of who is in the room
 * alone, so that both ends of a link come to the same answer without a word between them.
 */
interface Overlay {

    /**
     * Returns a member's neighbours.
     *
     * @param self the member
     * @param members all who are in the room, the member included
     * @param leader who leads the room; never a neighbour, as its links are another matter
     * @return its neighbours: if a member has a neighbour, it is that one's neighbour too
     */
    Set<PeerId> neighbours(PeerId self, Collection<PeerId> members, PeerId leader);

    /**
     * Everybody with everybody up to {@link Limits#MAX_FULL_MESH} members. Above it the members stand in a ring, by
     * their ids, and each has links to the two before it and the two after it: whoever goes, the leader included, the
     * others are still connected, since a ring in which one is missing is bridged by the link over it.
     */
    Overlay MESH_THEN_RING = (self, members, leader) -> {
        List<PeerId> ring = new ArrayList<>();
        for (PeerId member : members) {
            if (!member.equals(leader)) {
                ring.add(member);
            }
        }
        Set<PeerId> neighbours = new LinkedHashSet<>();
        if (members.size() <= Limits.MAX_FULL_MESH) {
            neighbours.addAll(ring);
        } else {
            ring.sort(null);
            int place = ring.indexOf(self);
            if (place >= 0) {
                for (int step = 1; step <= 2; step++) {
                    neighbours.add(ring.get((place + step) % ring.size()));
                    neighbours.add(ring.get((place - step + ring.size()) % ring.size()));
                }
            }
        }
        neighbours.remove(self);
        return self.equals(leader) ? Set.of() : neighbours;
    };
}
