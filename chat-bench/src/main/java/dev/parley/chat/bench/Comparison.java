package dev.parley.chat.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Something of ours and what it is held against.
 *
 * @param title what is compared
 * @param maker makes what it takes, which may be a room of many
 */
record Comparison(String title, Maker maker) {

    /** Makes workloads: ours first, then the baselines. */
    interface Maker {
        List<Workload<?, ?>> make() throws Exception;
    }

    /** Makes the workloads: ours first, then the baselines. */
    List<Workload<?, ?>> workloads() throws Exception {
        return maker.make();
    }

    /**
     * All comparisons.
     *
     * @param participants sizes of the rooms in which the host passes a message on
     * @param members sizes of the groups that somebody joins and leaves
     */
    static List<Comparison> all(List<Integer> participants, List<Integer> members) {
        List<Comparison> all = new ArrayList<>(MessageWorkloads.comparisons(participants));
        all.addAll(EnvelopeWorkloads.comparisons());
        for (int size : members) {
            all.addAll(GroupWorkloads.comparisons(size));
        }
        return all;
    }
}
