package dev.parley.chat.bench;

import dev.parley.chat.crypto.Identity;
import dev.parley.chat.internal.mls.AddResult;
import dev.parley.chat.internal.mls.MlsGroup;
import dev.parley.chat.internal.mls.MlsLimits;
import dev.parley.chat.internal.mls.PendingMember;
import dev.parley.chat.internal.mls.RemoveResult;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.mls.protocol.Group;
import org.jspecify.annotations.Nullable;

/**
 * Somebody comes into a group and is removed from it again. Both groups, ours and the library's, go the same way: the
 * last leaf is taken and blanked in turn.
 */
final class GroupWorkloads {

    private static final long NOW = System.currentTimeMillis();

    private GroupWorkloads() {}

    static List<Comparison> comparisons(int members) {
        return List.of(
                new Comparison(
                        "admit the " + members + "th member, at the host",
                        () -> List.of(
                                new Admit(new OurGroup(members - 1)), new RawAdmit(new LibraryGroup(members - 1)))),
                new Comparison(
                        "enter as the " + members + "th member, at the joiner",
                        () -> List.of(
                                new Enter(new OurGroup(members - 1)), new RawEnter(new LibraryGroup(members - 1)))),
                new Comparison(
                        "remove one of " + members + ", at the host",
                        () -> List.of(
                                new Remove(new OurGroup(members - 1)), new RawRemove(new LibraryGroup(members - 1)))));
    }

    /** A group through our wrapper, with room for one more. */
    private static final class OurGroup {
        private final Identity host = Identity.generate();
        private final MlsGroup group = MlsGroup.create(host, RawGroup.ID, MlsLimits.DEFAULT, NOW);
        private @Nullable Identity extra;

        OurGroup(int members) throws Exception {
            List<byte[]> keyPackages = new ArrayList<>();
            for (int i = 1; i < members; i++) {
                keyPackages.add(MlsGroup.prepare(Identity.generate(), NOW).keyPackage());
            }
            if (!keyPackages.isEmpty()) {
                group.add(keyPackages, List.of(), RawGroup.PSK, RawGroup.ID, NOW);
            }
        }

        PendingMember newcomer() {
            makeRoom();
            Identity identity = Identity.generate();
            extra = identity;
            return MlsGroup.prepare(identity, NOW);
        }

        AddResult admit(PendingMember member) throws Exception {
            return group.add(List.of(member.keyPackage()), List.of(), RawGroup.PSK, RawGroup.ID, NOW);
        }

        MlsGroup enter(PendingMember member, AddResult added) throws Exception {
            return member.join(
                    added.welcome(), RawGroup.PSK, RawGroup.ID, RawGroup.ID, host.peerId(), MlsLimits.DEFAULT, NOW);
        }

        RemoveResult remove() {
            Identity last = extra;
            if (last == null) {
                throw new IllegalStateException("nobody is there to be removed");
            }
            extra = null;
            return group.remove(List.of(last.peerId()), NOW);
        }

        void makeRoom() {
            if (extra != null) {
                remove();
            }
        }
    }

    /** The library's group, with room for one more. */
    private static final class LibraryGroup {
        private final RawGroup group = RawGroup.create();
        private final int members;
        private boolean isFull;

        LibraryGroup(int members) throws Exception {
            this.members = members;
            List<RawGroup.Member> others = new ArrayList<>();
            for (int i = 1; i < members; i++) {
                others.add(new RawGroup.Member());
            }
            if (!others.isEmpty()) {
                group.advance(group.add(others).group());
            }
        }

        RawGroup.Added admit(RawGroup.Member member) throws Exception {
            RawGroup.Added added = group.add(List.of(member));
            group.advance(added.group());
            isFull = true;
            return added;
        }

        Group.GroupWithMessage remove() throws Exception {
            Group.GroupWithMessage removed = group.remove(members);
            group.advance(removed.group);
            isFull = false;
            return removed;
        }

        void makeRoom() throws Exception {
            if (isFull) {
                remove();
            }
        }
    }

    private static final class Admit extends Workload<PendingMember, AddResult> {
        private final OurGroup ours;

        Admit(OurGroup ours) {
            super("check the KeyPackage, commit Add and PSK, Welcome");
            this.ours = ours;
        }

        @Override
        PendingMember prepare() {
            return ours.newcomer();
        }

        @Override
        AddResult run(PendingMember member) throws Exception {
            return ours.admit(member);
        }

        @Override
        void finish(PendingMember member, AddResult added) {
            require(ours.group.epoch() == added.epoch() && added.welcome().length > 0, "the group has a new epoch");
        }
    }

    private record Welcomed(PendingMember member, AddResult added) {}

    private static final class Enter extends Workload<Welcomed, MlsGroup> {
        private final OurGroup ours;

        Enter(OurGroup ours) {
            super("check the Welcome and all leaves, join");
            this.ours = ours;
        }

        @Override
        Welcomed prepare() throws Exception {
            PendingMember member = ours.newcomer();
            return new Welcomed(member, ours.admit(member));
        }

        @Override
        MlsGroup run(Welcomed welcomed) throws Exception {
            return ours.enter(welcomed.member, welcomed.added);
        }

        @Override
        void finish(Welcomed welcomed, MlsGroup group) {
            require(
                    java.util.Arrays.equals(group.epochAuthenticator(), ours.group.epochAuthenticator()),
                    "both are in one group");
        }
    }

    private static final class Remove extends Workload<OurGroup, RemoveResult> {
        private final OurGroup ours;

        Remove(OurGroup ours) {
            super("commit Remove with a path");
            this.ours = ours;
        }

        @Override
        OurGroup prepare() throws Exception {
            PendingMember member = ours.newcomer();
            ours.admit(member);
            return ours;
        }

        @Override
        RemoveResult run(OurGroup group) {
            return group.remove();
        }

        @Override
        void finish(OurGroup group, RemoveResult removed) {
            require(removed.commit().isPresent(), "there is a commit");
        }
    }

    private static final class RawAdmit extends Workload<RawGroup.Member, RawGroup.Added> {
        private final LibraryGroup raw;

        RawAdmit(LibraryGroup raw) {
            super("BouncyCastle Group.commit, encoded");
            this.raw = raw;
        }

        @Override
        RawGroup.Member prepare() throws Exception {
            raw.makeRoom();
            return new RawGroup.Member();
        }

        @Override
        RawGroup.Added run(RawGroup.Member member) throws Exception {
            return raw.admit(member);
        }

        @Override
        void finish(RawGroup.Member member, RawGroup.Added added) {
            require(added.commit().length > 0 && added.welcome().length > 0, "there is a commit and a Welcome");
        }
    }

    private record RawWelcomed(RawGroup.Member member, RawGroup.Added added) {}

    private static final class RawEnter extends Workload<RawWelcomed, RawGroup> {
        private final LibraryGroup raw;

        RawEnter(LibraryGroup raw) {
            super("BouncyCastle new Group of a Welcome");
            this.raw = raw;
        }

        @Override
        RawWelcomed prepare() throws Exception {
            raw.makeRoom();
            RawGroup.Member member = new RawGroup.Member();
            return new RawWelcomed(member, raw.admit(member));
        }

        @Override
        RawGroup run(RawWelcomed welcomed) throws Exception {
            return RawGroup.join(welcomed.member, welcomed.added.welcome());
        }

        @Override
        void finish(RawWelcomed welcomed, RawGroup group) {
            require(group.epoch() == raw.group.epoch(), "both are in one epoch");
        }
    }

    private static final class RawRemove extends Workload<LibraryGroup, Group.GroupWithMessage> {
        private final LibraryGroup raw;

        RawRemove(LibraryGroup raw) {
            super("BouncyCastle Group.commit with a path");
            this.raw = raw;
        }

        @Override
        LibraryGroup prepare() throws Exception {
            raw.makeRoom();
            raw.admit(new RawGroup.Member());
            return raw;
        }

        @Override
        Group.GroupWithMessage run(LibraryGroup group) throws Exception {
            return group.remove();
        }

        @Override
        void finish(LibraryGroup group, Group.GroupWithMessage removed) {
            require(removed.message != null, "there is a commit");
        }
    }
}
