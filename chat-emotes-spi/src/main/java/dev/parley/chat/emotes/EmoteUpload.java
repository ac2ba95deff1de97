package dev.parley.chat.emotes;

import java.util.List;

/**
 * A capability: the provider can put emotes of the user onto a server and take them off it. An {@link EmoteProvider}
 * that has it implements this interface as well. All methods are called on a thread of the registry, like
 * {@link EmoteSource#load}, with a context that is valid during the call only.
 */
public interface EmoteUpload {
    /**
     * Lists the emotes that the user has put there and may remove.
     *
     * @param context where to ask
     * @return the emotes of this provider
     * @throws EmoteLoadException if there is no answer; {@link EmoteLoadException.Reason#REQUEST_REFUSED} if the
     *     settings do not allow it, with what to set
     * @throws InterruptedException if the registry gave up waiting
     */
    List<Emote> uploaded(EmoteContext context) throws EmoteLoadException, InterruptedException;

    /**
     * Puts an emote there.
     *
     * @param emote what to put there
     * @param context where to send it
     * @return the emote as it is there now
     * @throws EmoteLoadException if that failed: {@link EmoteLoadException.Reason#CODE_TAKEN} if the shortcode is in
     *     use, {@link EmoteLoadException.Reason#TOO_LARGE} and {@link EmoteLoadException.Reason#REQUEST_REFUSED} with
     *     what the server said
     * @throws InterruptedException if the registry gave up waiting; whether it was uploaded is not known then
     */
    Emote upload(NewEmote emote, EmoteContext context) throws EmoteLoadException, InterruptedException;

    /**
     * Takes one of the user's emotes off.
     *
     * @param shortcode its shortcode, without colons, in any case
     * @param context where to ask
     * @throws EmoteLoadException if that failed: {@link EmoteLoadException.Reason#NOT_FOUND} if the user has none of
     *     that name
     * @throws InterruptedException if the registry gave up waiting
     */
    void remove(String shortcode, EmoteContext context) throws EmoteLoadException, InterruptedException;
}
