package dev.parley.chat.emotes.seventv;

import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.testkit.emotes.EmoteProviderContract;
import java.util.Map;
import java.util.Set;

class SevenTvContractTest extends EmoteProviderContract {
    @Override
    protected EmoteProviderFactory factory() {
        return new SevenTvEmotes();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of("7tv.url", "https://recorded.example/v3/", "7tv.channel", "twitch/12345");
    }

    @Override
    protected Map<String, String> answers() {
        return Map.of(
                "/v3/users/twitch/12345", Fixture.read("user.json"),
                "/v3/emote-sets/0123456789abcdef01234567", Fixture.read("channel-set.json"),
                "/v3/emote-sets/global", Fixture.read("global-set.json"));
    }

    @Override
    protected Set<String> expectedCodes() {
        return Set.of(
                "Wave",
                "SnowFall",
                "RainByOwner",
                "RainByChannel",
                "MyAlias",
                "$$fish",
                "Hidden",
                "Twice",
                "!vote",
                "\u0436\u0430\u0431\u0430",
                ":)))");
    }
}
