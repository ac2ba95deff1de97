/** Tea emotes for Parley. */
module com.example.tea {
    requires dev.parley.chat.emotes;

    provides dev.parley.chat.emotes.EmoteProviderFactory with
            com.example.tea.TeaEmotes;
}
