package dev.parley.chat.emotes.custom;

import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.testkit.emotes.EmoteProviderContract;
import java.util.Map;
import java.util.Set;

class CustomEmojiContractTest extends EmoteProviderContract {
    @Override
    protected EmoteProviderFactory factory() {
        return new CustomEmoji();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("custom.domains", "recorded.example");
    }

    @Override
    protected Map<String, String> answers() {
        return Map.of("/api/v1/custom_emojis", CustomEmojiTest.LIST);
    }

    @Override
    protected Set<String> expectedCodes() {
        return Set.of(":blobcat:", ":BlobCat:", ":hidden_one:", ":still:", ":local:");
    }
}
