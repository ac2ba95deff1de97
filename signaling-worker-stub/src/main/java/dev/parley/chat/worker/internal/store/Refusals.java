package dev.parley.chat.worker.internal.store;

import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.store.EmojiStore.EmojiQuota;

/** What the stores say when they refuse: the same words, whichever it is. */
final class Refusals {
    private static final long MILLIS_PER_SECOND = 1000;

    private Refusals() {}

    static Problem roomNotFound() {
        return new Problem(ProblemCode.ROOM_NOT_FOUND, "no such room, or it has expired");
    }

    static Problem roomExists() {
        return new Problem(ProblemCode.ROOM_EXISTS, "this room id is taken");
    }

    static Problem tooManyRooms(long timeToLiveMillis) {
        return new Problem(
                ProblemCode.RATE_LIMITED,
                "an account has at most " + RoomStore.MAX_ROOMS_PER_ACCOUNT + " rooms",
                seconds(timeToLiveMillis));
    }

    static Problem notOwner() {
        return new Problem(ProblemCode.FORBIDDEN, "only the owner of a room does this");
    }

    static Problem successionExists() {
        return new Problem(ProblemCode.SUCCESSION_EXISTS, "there is another succession of this version or a later one");
    }

    static Problem mayNotLead() {
        return new Problem(ProblemCode.FORBIDDEN, "only the host and its deputies take the lease");
    }

    static Problem fenceTooFar() {
        return Problem.invalid("field \"fence\" is too far above the last one of this room");
    }

    static Problem idOfHost() {
        return new Problem(ProblemCode.PEER_TAKEN, "this peer id is that of the room's host");
    }

    static Problem idOfDeputy() {
        return new Problem(ProblemCode.PEER_TAKEN, "this peer id is that of a deputy of the room");
    }

    static Problem idOfOther() {
        return new Problem(ProblemCode.PEER_TAKEN, "this peer id is held by another account");
    }

    static Problem roomFull(int capacity) {
        return new Problem(ProblemCode.ROOM_FULL, "the room has its " + capacity + " peers");
    }

    static Problem peerExpired() {
        return new Problem(ProblemCode.PEER_EXPIRED, "this peer is not in the room any more: join again");
    }

    static Problem placeGiven() {
        return new Problem(ProblemCode.PEER_EXPIRED, "the place of this peer was given to another while it was away");
    }

    static Problem receiverNotFound() {
        return new Problem(ProblemCode.PEER_NOT_FOUND, "the receiver is not in the room");
    }

    static Problem mailboxFull() {
        return new Problem(
                ProblemCode.MAILBOX_FULL, RoomStore.MAX_WAITING_MESSAGES + " messages wait for the receiver already");
    }

    static Problem tooManyNameplates(long freeInMillis) {
        return new Problem(
                ProblemCode.RATE_LIMITED,
                "an account has at most " + RoomStore.MAX_NAMEPLATES_PER_ACCOUNT
                        + " short numbers, those that rest included",
                seconds(freeInMillis));
    }

    static Problem noNumberFree() {
        return new Problem(ProblemCode.UNAVAILABLE, "no short number is free");
    }

    static Problem nameplateNotFound() {
        return new Problem(ProblemCode.NAMEPLATE_NOT_FOUND, "no such short number, or no longer");
    }

    static Problem emojiExists() {
        return new Problem(ProblemCode.EMOJI_EXISTS, "there is an emoji of this shortcode: choose another one");
    }

    static Problem emojiNotFound() {
        return new Problem(ProblemCode.EMOJI_NOT_FOUND, "no such emoji");
    }

    static Problem tooManyEmoji() {
        return new Problem(
                ProblemCode.QUOTA_EXCEEDED, "the account has as many emoji as it may have: delete one of them first");
    }

    static Problem tooManyEmojiBytes() {
        return new Problem(
                ProblemCode.QUOTA_EXCEEDED,
                "the images of the account's emoji would be larger than they may be: delete one or upload a smaller one");
    }

    static Problem emojiFull() {
        return new Problem(
                ProblemCode.QUOTA_EXCEEDED, "the worker has as many emoji as it may have: ask its operator for room");
    }

    /**
     * Checks what there would be with one emoji more.
     *
     * @throws Problem {@code quota_exceeded}
     */
    static void requireQuota(EmojiQuota quota, long ofAccount, long bytesOfAccount, long all, long allBytes) {
        if (ofAccount > quota.perAccount()) {
            throw tooManyEmoji();
        }
        if (bytesOfAccount > quota.bytesPerAccount()) {
            throw tooManyEmojiBytes();
        }
        if (all > quota.all() || allBytes > quota.allBytes()) {
            throw emojiFull();
        }
    }

    static Problem stopping() {
        return new Problem(ProblemCode.UNAVAILABLE, "the worker is stopping");
    }

    static Problem unavailable(Throwable cause) {
        return new Problem(ProblemCode.UNAVAILABLE, "the store of the worker does not answer", cause);
    }

    private static int seconds(long millis) {
        return (int) Math.max(1, (millis + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND);
    }
}
