package dev.parley.chat.worker;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Signed descriptors for the tests of other packages. */
public final class HostKeys {
    private HostKeys() {}

    /** The body of an announcement under a fresh key. */
    public static ObjectNode signedDescriptor() {
        return new HostKey().body();
    }
}
