package dev.parley.chat.worker.internal.store;

import dev.parley.chat.worker.internal.redis.Redis.Script;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The scripts of {@link RedisRoomStore}: the resources in {@code redis}, each behind the prelude that all share. */
enum RedisScripts implements Script {
    ANNOUNCE("announce"),
    ROOM("room"),
    LIST("list"),
    OWNER("owner"),
    DELETE("delete"),
    SUCCESSION("succession"),
    LEASE("lease"),
    RELEASE("release"),
    NAMEPLATE_OPEN("nameplate-open"),
    NAMEPLATE_FIND("nameplate-find"),
    NAMEPLATE_CLOSE("nameplate-close"),
    JOIN("join"),
    RENEW("renew"),
    CONNECTED("connected"),
    AWAY("away"),
    PRESENT("present"),
    LEAVE("leave"),
    POST("post"),
    ACKNOWLEDGE("acknowledge"),
    WAITING("waiting"),
    SWEEP("sweep"),
    CENSUS("census"),
    EMOJI_ADD("emoji-add"),
    EMOJI_REMOVE("emoji-remove"),
    EMOJI_LIST("emoji-list"),
    EMOJI_IMAGE("emoji-image"),
    EMOJI_REVISION("emoji-revision"),
    SECRET("secret"),
    PING("ping"),
    TIME("time");

    private final String text;
    private final String sha1;

    RedisScripts(String name) {
        this.text = read("prelude") + read(name);
        this.sha1 = sha1(text);
    }

    @Override
    public String text() {
        return text;
    }

    @Override
    public String sha1() {
        return sha1;
    }

    private static String read(String name) {
        try (var in = RedisScripts.class.getResourceAsStream("redis/" + name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("the module lacks its script " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the script " + name + " of the module is not readable", e);
        }
    }

    /** By this Redis names a script; it protects nothing. */
    private static String sha1(String text) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(sha1.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
