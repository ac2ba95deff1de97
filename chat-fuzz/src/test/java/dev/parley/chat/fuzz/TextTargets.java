package dev.parley.chat.fuzz;

import static dev.parley.chat.fuzz.FuzzTarget.CHEAP;
import static dev.parley.chat.fuzz.FuzzTarget.require;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.Invite;
import dev.parley.chat.MessageId;
import dev.parley.chat.PairingCode;
import dev.parley.chat.PeerId;
import dev.parley.chat.RoomId;
import dev.parley.chat.crypto.CodeComparison;
import dev.parley.chat.crypto.RoomCode;
import dev.parley.chat.crypto.SafetyNumber;
import dev.parley.chat.emotes.EmoteCatalog;
import dev.parley.chat.emotes.EmotePlacement;
import dev.parley.chat.emotes.EmoteTokenizer;
import dev.parley.chat.emotes.MessageToken;
import dev.parley.chat.fuzz.FuzzTarget.Prepared;
import dev.parley.chat.internal.encoding.Base32;
import dev.parley.chat.internal.encoding.Base64Url;
import dev.parley.chat.internal.encoding.Json;
import dev.parley.chat.internal.encoding.MalformedException;
import dev.parley.chat.internal.encoding.Words;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Texts: encodings, ids, links, codes that people type, JSON. */
final class TextTargets {

    private TextTargets() {}

    static List<FuzzTarget> all() {
        return List.of(
                new FuzzTarget("base32", CHEAP, TextTargets::base32),
                new FuzzTarget("base64url", CHEAP, TextTargets::base64),
                new FuzzTarget("ids", CHEAP, TextTargets::ids),
                new FuzzTarget("json", CHEAP, TextTargets::json),
                new FuzzTarget("invite", CHEAP, TextTargets::invite),
                new FuzzTarget("pairing-code", 5, TextTargets::pairingCode),
                new FuzzTarget("compared-codes", 5, TextTargets::codes),
                new FuzzTarget("emote-tokens", CHEAP, TextTargets::tokens));
    }

    private static Prepared base32() {
        return new Prepared(Inputs.texts("", "aa", "mzxw6ytboi", "hhcqef774ilhrdlbkiptvpw5sg5ymrb3"), input -> {
            String text = Inputs.text(input);
            byte[] decoded;
            try {
                decoded = Base32.decode(text);
            } catch (IllegalArgumentException refused) {
                return;
            }
            require(Base32.encode(decoded).equals(text), "one value has one spelling in base32");
        });
    }

    private static Prepared base64() {
        return new Prepared(Inputs.texts("", "AA", "AAE", "_-8x", "BwcHBwcHBwcHBwcHBwcHBw"), input -> {
            String text = Inputs.text(input);
            byte[] decoded;
            try {
                decoded = Base64Url.decode(text);
            } catch (IllegalArgumentException refused) {
                return;
            }
            require(Base64Url.encode(decoded).equals(text), "one value has one spelling in base64url");
        });
    }

    private static Prepared ids() {
        List<byte[]> seeds = Inputs.texts(
                "gr2q7gf5lh6pzfdnurnkvputhpqvjjfv", "coelg3wndybhhyhyojgt25wrq7qblahbsviy3tg4kqmxottwxzja");
        return new Prepared(seeds, input -> {
            String text = Inputs.text(input);
            try {
                PeerId id = new PeerId(text);
                require(PeerId.of(id.toBytes()).equals(id), "a peer id is its bytes");
                require(RoomId.of(new RoomId(text).toBytes()).value().equals(text), "a room id is its bytes");
            } catch (IllegalArgumentException refused) {
                require(text.length() != 32 || !text.matches("[a-z2-7]{32}"), "32 characters of base32 are an id");
            }
            try {
                MessageId id = new MessageId(text);
                require(MessageId.of(id.toBytes()).equals(id), "a message id is its bytes");
            } catch (IllegalArgumentException refused) {
                require(!text.matches("[a-z2-7]{51}[aq]"), "52 characters of base32 without spare bits are an id");
            }
        });
    }

    private static Prepared json() {
        List<byte[]> seeds = new ArrayList<>(Inputs.texts(
                "{}",
                "{\"a\":[1,-2.5e3,true,false,null,\"\\u00e9\\ud83d\\ude00\"],\"b\":{\"c\":{\"d\":[[[]]]}}}",
                "{\"a\":1,\"a\":2}"));
        seeds.add(Inputs.golden("descriptors.txt").get("PUBLIC.descriptor").getBytes(StandardCharsets.UTF_8));
        return new Prepared(seeds, input -> {
            ObjectNode object;
            try {
                object = Json.parseObject(input.clone());
            } catch (MalformedException refused) {
                return;
            }
            String text;
            try {
                text = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(input))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new AssertionError("only UTF-8 is JSON", e);
            }
            String inner = text.strip();
            require(inner.startsWith("{") && inner.endsWith("}"), "an object, and nothing around it");
            require(depth(inner) <= 16, "at most 16 levels");
        });
    }

    private static int depth(String text) {
        int depth = 0;
        int deepest = 0;
        boolean inText = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (inText) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    inText = false;
                }
            } else if (c == '"') {
                inText = true;
            } else if (c == '{' || c == '[') {
                deepest = Math.max(deepest, ++depth);
            } else if (c == '}' || c == ']') {
                depth--;
            }
        }
        return deepest;
    }

    private static Prepared invite() {
        List<byte[]> seeds = new ArrayList<>(Inputs.texts(
                "parley:http://localhost/r/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "HTTPS://[::1]:8443/a%20b//r/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
        seeds.addAll(Inputs.texts(Inputs.golden("invites.txt").values().toArray(String[]::new)));
        return new Prepared(seeds, input -> {
            String text = Inputs.text(input);
            Invite invite;
            try {
                invite = Invite.parse(text);
            } catch (IllegalArgumentException refused) {
                String message = String.valueOf(refused.getMessage());
                require(!message.contains("\n"), "a refusal is one line");
                require(message.length() < 200, "a refusal does not repeat the link");
                return;
            }
            Invite again = Invite.parse(invite.link());
            require(again.equals(invite), "an invite reads back as what it was");
            require(again.link().equals(invite.link()), "an invite has one link");
            require(invite.base().getRawUserInfo() == null, "an invite names no user");
        });
    }

    private static Prepared pairingCode() {
        return new Prepared(
                Inputs.texts(
                        "7-guitar-lemon",
                        " 12 Able  zebra ",
                        "999999999-acid-able",
                        "7-guitavvvvvvvguitrvvvvvvvvvvvvvvvvvvvvvvvvvvvt-n"),
                input -> {
                    String text = Inputs.text(input);
                    PairingCode code;
                    try {
                        code = PairingCode.parse(text);
                    } catch (IllegalArgumentException refused) {
                        return;
                    }
                    require(PairingCode.looksLikeCode(text), "what is a code looks like one");
                    require(PairingCode.parse(code.display()).equals(code), "a code reads back as what it was");
                });
    }

    private static Prepared codes() {
        Map<String, String> golden = Inputs.golden("codes.txt");
        String[] qr = String.valueOf(golden.get("safety.qr")).split(":", -1);
        SafetyNumber number = SafetyNumber.of(new PeerId(qr[2]), new PeerId(qr[3]));
        RoomId room = new RoomId(String.valueOf(golden.get("room.qr")).split(":", -1)[2]);
        RoomCode code = RoomCode.of(room, 7, HexFormat.of().parseHex(golden.get("room.authenticator")));
        List<byte[]> seeds = Inputs.texts(
                number.digits(),
                number.words(),
                number.qrText(),
                code.digits(),
                code.words(),
                code.qrText(),
                "parley-verify:",
                "parley-room:1:::",
                "parley-room:2:x");
        return new Prepared(seeds, input -> {
            String text = Inputs.text(input);
            if (number.compare(text) == CodeComparison.MATCH) {
                require(isSame(text, number.digits(), number.words(), number.qrText()), "a match is the same number");
            }
            if (code.compare(text) == CodeComparison.MATCH) {
                require(isSame(text, code.digits(), code.words(), code.qrText()), "a match is the same code");
            }
        });
    }

    /** Compares in another way than the code under test. */
    private static boolean isSame(String typed, String digits, String words, String qr) {
        if (typed.strip().equals(qr)) {
            return true;
        }
        StringBuilder onlyDigits = new StringBuilder();
        typed.chars().filter(c -> c >= '0' && c <= '9').forEach(c -> onlyDigits.append((char) c));
        if (onlyDigits.toString().equals(digits.replace(" ", ""))) {
            return true;
        }
        List<String> parts = List.of(words.split(" ", -1));
        int at = 0;
        for (String part : typed.strip().split("[\\s.,-]+", -1)) {
            if (!part.isEmpty()) {
                if (at == parts.size() || Words.indexOf(part) != Words.indexOf(parts.get(at++))) {
                    return false;
                }
            }
        }
        return at == parts.size();
    }

    private static Prepared tokens() {
        return new Prepared(
                Inputs.texts(
                        "hi :) https://example.org/a?b=c. @ada <script> \ud83d\ude00", "www.x.y (http://a) :x: :x"),
                input -> {
                    String text = Inputs.text(input);
                    List<MessageToken> tokens = EmoteTokenizer.tokenize(text, EmoteCatalog.empty());
                    int at = 0;
                    for (MessageToken token : tokens) {
                        require(token.start() == at && token.end() > at, "tokens cover the text, in order");
                        at = token.end();
                    }
                    require(at == text.length(), "tokens cover the whole text");
                    List<EmotePlacement> placements = EmoteTokenizer.emotes(tokens);
                    require(placements.isEmpty(), "no emote comes of an empty catalog");
                });
    }
}
