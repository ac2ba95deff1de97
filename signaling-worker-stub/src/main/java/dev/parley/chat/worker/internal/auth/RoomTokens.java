package dev.parley.chat.worker.internal.auth;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.VerifiedTokens.Verified;
import dev.parley.chat.worker.internal.store.RoomStore;
import dev.parley.chat.worker.internal.store.RoomStore.Member;
import dev.parley.chat.worker.internal.store.RoomStore.Slot;
import java.text.ParseException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/**
 * Mints and verifies the tokens of one place in one room: those of a participant, which send and receive, and those of
 * the owner, which delete the room and say who may take it over. Neither kind is taken for the other. Safe for threads.
 */
public final class RoomTokens {
    public static final Duration LIFETIME = Duration.ofHours(1);

    private static final Set<String> CLAIMS = Set.of("room", "peer");

    private final MintedTokens participants;
    private final MintedTokens owners;
    private final VerifiedTokens<Grant> grants;

    public RoomTokens(RoomStore store, InstantSource clock) {
        this.participants = new MintedTokens("parley-room", LIFETIME, CLAIMS, store, clock);
        this.owners = new MintedTokens("parley-owner", LIFETIME, CLAIMS, store, clock);
        this.grants = new VerifiedTokens<>(this::verifyAnew, clock);
    }

    /** What a valid token says. */
    public record Grant(Member member, long expiresAtMillis) {}

    /** A token of a participant. */
    public String mint(Member member) {
        return mint(participants, member);
    }

    /** A token of the owner of a room; its peer is the room's host. */
    public String mintOwner(Member host) {
        return mint(owners, host);
    }

    private static String mint(MintedTokens kind, Member member) {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .claim("room", member.slot().roomId())
                .claim("peer", member.slot().peerId())
                .build();
        return kind.mint(member.account(), claims);
    }

    /**
     * Verifies a token of a participant.
     *
     * @throws Problem {@code unauthorized}
     */
    public Grant verify(String token) {
        return grants.verify(token);
    }

    private Verified<Grant> verifyAnew(String token) {
        Grant grant = verify(participants, token, "the room token is not valid: join again");
        return new Verified<>(grant, grant.expiresAtMillis());
    }

    /** Whether a token says that it is one of a participant; nothing is verified. */
    public boolean claimsToBeParticipants(String token) {
        return claimsToBe(participants, token);
    }

    /** Whether a token says that it is one of an owner; nothing is verified. */
    public boolean claimsToBeOwners(String token) {
        return claimsToBe(owners, token);
    }

    private static boolean claimsToBe(MintedTokens kind, String token) {
        return UnverifiedToken.read(token)
                .map(read -> kind.type().equals(read.type()))
                .orElse(false);
    }

    /**
     * Verifies a token of the owner of a room.
     *
     * @throws Problem {@code unauthorized}
     */
    public Grant verifyOwner(String token) {
        return verify(owners, token, "the owner token is not valid: announce the room again");
    }

    private static Grant verify(MintedTokens kind, String token, String refusal) {
        JWTClaimsSet claims = kind.verify(token, refusal);
        try {
            Slot slot = new Slot(claims.getStringClaim("room"), claims.getStringClaim("peer"));
            return new Grant(
                    new Member(slot, claims.getSubject()),
                    claims.getExpirationTime().toInstant().toEpochMilli());
        } catch (ParseException e) {
            throw new Problem(ProblemCode.UNAUTHORIZED, refusal);
        }
    }
}
