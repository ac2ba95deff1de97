package dev.parley.chat.internal.mls;

import dev.parley.chat.crypto.Identity;
import java.lang.reflect.Field;
import org.bouncycastle.mls.protocol.Group;

/**
 * A second copy of a group's state, which {@link MlsGroup} does not give away: for a committer that commits twice to
 * one epoch.
 */
public final class ForkedGroup {

    private ForkedGroup() {}

    /** Copies a committer's view; whatever either of the two commits from now on, the other does not know. */
    public static MlsGroup copyOf(Identity committer, MlsGroup original, byte[] psk, byte[] pskId) {
        try {
            Field state = MlsGroup.class.getDeclaredField("group");
            state.setAccessible(true);
            MlsGroup copy =
                    MlsGroup.joined(committer, (Group) state.get(original), committer.peerId(), MlsLimits.DEFAULT);
            copy.learnPsk(psk, pskId);
            return copy;
        } catch (ReflectiveOperationException | MlsException e) {
            throw new AssertionError(e);
        }
    }
}
