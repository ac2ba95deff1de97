package dev.parley.chat.emotes.seventv;

import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.testkit.emotes.EmoteProviderContract;
import java.util.List;
import java.util.Map;
import java.util.Set;

class SevenTvContractTest extends EmoteProviderContract {
    @Override
    protected EmoteProviderFactory factory() {
        return new SevenTvEmotes();
    }

    @Override
    protected Map<String, String> settings() {
        return Map.of(
                "7tv.url", "https://recorded.example/v3/",
                "7tv.gql-url", "https://recorded.example/v4/gql",
                "7tv.events-url", "wss://recorded.example/events",
                "7tv.channel", "twitch/12345",
                "7tv.set", "02",
                "7tv.user", "dddddddddddddddddddddddd");
    }

    @Override
    protected Map<String, String> answers() {
        return Map.of(
                "/v3/users/twitch/12345", Fixture.read("user.json"),
                "/v3/emote-sets/0123456789abcdef01234567", Fixture.read("channel-set.json"),
                "/v3/users/dddddddddddddddddddddddd", Fixture.read("account.json"),
                "/v3/emote-sets/01HZPERSONAL0000000000000A",
                        Answers.set("01HZPERSONAL0000000000000A", List.of(Answers.active("p1", "Personal", 0)))
                                .toString(),
                "/v3/emote-sets/02",
                        Answers.set("02", List.of(Answers.active("s1", "OfTheSet", 0)))
                                .toString(),
                "/v3/emote-sets/global", Fixture.read("global-set.json"));
    }

    @Override
    protected Set<String> expectedCodes() {
        return Set.of(
                "Personal",
                "OfTheSet",
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
