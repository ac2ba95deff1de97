package com.example.tea;

import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.testkit.emotes.EmoteProviderContract;
import java.util.Map;
import java.util.Set;

class TeaEmotesTest extends EmoteProviderContract {
    @Override
    protected EmoteProviderFactory factory() {
        return new TeaEmotes();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("tea.url", "https://tea.example/emotes.txt");
    }

    @Override
    protected Map<String, String> answers() {
        return Map.of("/emotes.txt", "TeaCup cup.png\nTeaPot pot.png\n\nend\n");
    }

    @Override
    protected Set<String> expectedCodes() {
        return Set.of("TeaCup", "TeaPot");
    }
}
