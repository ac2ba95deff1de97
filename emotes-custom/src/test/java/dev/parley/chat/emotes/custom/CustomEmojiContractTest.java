package dev.parley.chat.emotes.custom;

import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.testkit.emotes.EmoteProviderContract;
import java.util.List;
import java.util.Map;
import java.util.Set;

class CustomEmojiContractTest extends EmoteProviderContract {
    @Override
    protected EmoteProviderFactory factory() {
        return new CustomEmoji();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("custom.domains", "recorded.example", "custom.token", "t0ken-of-the-user");
    }

    @Override
    protected Map<String, String> answers() {
        return Map.of("/api/v1/custom_emojis", CustomEmojiTest.LIST);
    }

    @Override
    protected Set<String> expectedCodes() {
        return Set.of(":blobcat:", ":BlobCat:", ":hidden_one:", ":still:", ":local:");
    }

    @Override
    protected Map<String, String> sendAnswers() {
        return Map.of(
                "POST /api/v1/admin/custom_emojis",
                "{\"id\": \"1\", \"shortcode\": \"tck_emote\", \"url\": \"https://files.example/t.png\"}",
                "GET /api/v1/admin/custom_emojis",
                "[{\"id\": \"1\", \"shortcode\": \"blobcat\", \"url\": \"https://files.example/a.png\"}]");
    }

    @Override
    protected List<String> channels() {
        return List.of("recorded.example", "else.example");
    }
}
