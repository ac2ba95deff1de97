package dev.parley.chat.testkit.sim;

import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.SignalingException;
import dev.parley.chat.SignalingException.Problem;
import dev.parley.chat.crypto.PeerCard;
import dev.parley.chat.transport.SignedSuccession;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A succession as the simulated worker took it: checked as docs/signaling.md says. */
record SimSuccession(SignedSuccession signed, long version, Set<PeerId> deputies) {

    private static final int MAX_DEPUTIES = 8;
    private static final int KEY_BYTES = 32;
    private static final byte[] SIGNATURE_DOMAIN = "parley-succession-v1".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern ROOM = Pattern.compile("\"room\":\"([a-z2-7]{32})\"");
    private static final Pattern VERSION = Pattern.compile("\"version\":(\\d{1,10})\\b");
    private static final Pattern DEPUTIES = Pattern.compile("\"deputies\":\\[([^\\]]*)]");
    private static final Pattern CARD = Pattern.compile("\"([A-Za-z0-9_-]*)\"");

    /**
     * Checks a succession as it came from a stranger.
     *
     * @throws SignalingException PROTOCOL, as the client says of a request that the worker finds malformed
     */
    static SimSuccession verified(RoomId room, PeerCard host, SignedSuccession signed) {
        String text = new String(signed.succession(), StandardCharsets.UTF_8);
        require(room.value().equals(only(ROOM, text)), "it is of another room");
        long version = Long.parseLong(only(VERSION, text));
        require(version >= 1 && version <= Integer.MAX_VALUE, "its version is out of range");
        Set<PeerId> deputies = new LinkedHashSet<>();
        Matcher cards = CARD.matcher(only(DEPUTIES, text));
        while (cards.find()) {
            byte[] card = Base64.getUrlDecoder().decode(cards.group(1));
            require(card.length == PeerCard.BYTES, "a card has another length");
            PeerId deputy = PeerCard.peerIdOf(Arrays.copyOf(card, KEY_BYTES));
            require(!deputy.equals(host.peerId()), "it names the host");
            require(deputies.add(deputy), "it names a deputy twice");
        }
        require(deputies.size() <= MAX_DEPUTIES, "it names too many deputies");
        ByteArrayOutputStream covered = new ByteArrayOutputStream();
        covered.writeBytes(SIGNATURE_DOMAIN);
        covered.writeBytes(signed.succession());
        require(host.verify(covered.toByteArray(), signed.signature()), "its signature is not the host's");
        return new SimSuccession(signed, version, deputies);
    }

    private static String only(Pattern field, String text) {
        Matcher found = field.matcher(text);
        require(found.find(), "a field is missing");
        return found.group(1);
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new SignalingException(Problem.PROTOCOL, "the worker refuses the succession: " + otherwise);
        }
    }
}
