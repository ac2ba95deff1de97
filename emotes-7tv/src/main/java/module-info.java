/** The emote provider for 7TV; see {@code docs/emotes.md} for its settings. Exports nothing. */
@org.jspecify.annotations.NullMarked
module dev.parley.chat.emotes.seventv {
    requires static org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires dev.parley.chat.emotes;

    provides dev.parley.chat.emotes.EmoteProviderFactory with
            dev.parley.chat.emotes.seventv.SevenTvEmotes;
}
