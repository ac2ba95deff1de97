package com.example.tea;

import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteId;
import dev.parley.chat.emotes.EmoteImage;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteProvider;
import dev.parley.chat.emotes.EmoteProviderFactory;
import dev.parley.chat.emotes.EmoteScope;
import dev.parley.chat.emotes.EmoteSet;
import dev.parley.chat.emotes.EmoteSetting;
import dev.parley.chat.emotes.EmoteSettings;
import dev.parley.chat.emotes.EmoteSource;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Emotes of a text file on a web server: a code and the name of a PNG in each line, and "end" in the last. */
public final class TeaEmotes implements EmoteProviderFactory {
    @Override
    public String id() {
        return "tea";
    }

    @Override
    public String displayName() {
        return "Tea emotes";
    }

    @Override
    public List<EmoteSetting> settings() {
        return List.of(new EmoteSetting("tea.url", "Address of the list, https://…/emotes.txt. None by default."));
    }

    @Override
    public EmoteProvider create(EmoteSettings settings) {
        List<EmoteSource> sources = settings.get("tea.url").map(TeaEmotes::source).stream().toList();
        return () -> sources;
    }

    private static EmoteSource source(String url) {
        URI list;
        try {
            list = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tea.url must be an address such as https://tea.example/emotes.txt", e);
        }
        return EmoteSource.of("list", EmoteScope.GLOBAL, context -> parse(list, context.require(list)));
    }

    private static EmoteSet parse(URI list, byte[] answer) throws EmoteLoadException {
        List<String> lines = new String(answer, StandardCharsets.UTF_8).strip().lines().toList();
        int last = lines.size() - 1;
        if (last < 0 || !lines.get(last).equals("end")) {
            // Half a list must not replace a whole one.
            throw new EmoteLoadException(EmoteLoadException.Reason.MALFORMED, "the list of tea emotes has no end");
        }
        EmoteSet.Builder set = EmoteSet.builder();
        for (int i = 0; i < last; i++) {
            String[] codeAndFile = lines.get(i).split(" ", 2);
            try {
                URI file = list.resolve(codeAndFile[codeAndFile.length - 1]);
                set.add(Emote.builder(new EmoteId("tea", codeAndFile[0]), codeAndFile[0])
                        .images(List.of(new EmoteImage(file, EmoteImageFormat.PNG, 0, 0, 0, 1)))
                        .build());
            } catch (IllegalArgumentException e) {
                // One odd line is left out, and said to be.
                set.skip("line " + (i + 1), e.getMessage());
            }
        }
        return set.build();
    }
}
