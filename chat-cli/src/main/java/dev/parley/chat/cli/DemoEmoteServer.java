package dev.parley.chat.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Emotes for the demo, on loopback: a global set in the shape of 7TV and a list of custom emoji in the shape of
 * Mastodon, with pictures that are computed here. So the demo shows both providers without calling a public host.
 */
final class DemoEmoteServer implements AutoCloseable {

    /** The codes of the set in the shape of 7TV. */
    static final List<String> SEVENTV_CODES = List.of("ParleyWave", "teaTime", "FeelsPeered");

    /** The shortcodes of the custom emoji. */
    static final List<String> SHORTCODES = List.of("parley", "kettle", "high_five");

    private static final int SIDE_PIXELS = 32;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads;
    private final URI url;

    private DemoEmoteServer(HttpServer server, ExecutorService threads) {
        this.server = server;
        this.threads = threads;
        this.url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /**
     * Starts the server on a free port.
     *
     * @throws IOException if there is none
     */
    static DemoEmoteServer start() throws IOException {
        HttpServer http =
                HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "parley-demo-emotes");
            thread.setDaemon(true);
            return thread;
        });
        DemoEmoteServer server = new DemoEmoteServer(http, threads);
        Map<String, byte[]> pictures = server.pictures();
        byte[] set = JSON.writeValueAsBytes(server.sevenTvSet(pictures));
        byte[] list = JSON.writeValueAsBytes(server.customEmojis());
        http.createContext("/v3/emote-sets/global", exchange -> answer(exchange, "application/json", set));
        http.createContext("/api/v1/custom_emojis", exchange -> answer(exchange, "application/json", list));
        pictures.forEach((name, png) ->
                http.createContext("/pictures/" + name + ".png", exchange -> answer(exchange, "image/png", png)));
        http.setExecutor(threads);
        http.start();
        return server;
    }

    /** The base URL of the API in the shape of 7TV. */
    String sevenTvUrl() {
        return url + "/v3";
    }

    /** The base URL of the domain with the custom emoji. */
    String emojiDomain() {
        return url.toString();
    }

    private static void answer(HttpExchange exchange, String type, byte[] body) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private Map<String, byte[]> pictures() throws IOException {
        Map<String, byte[]> pictures = new TreeMap<>();
        int hue = 0;
        for (String code : SEVENTV_CODES) {
            pictures.put(code, disc(hue++));
        }
        for (String code : SHORTCODES) {
            pictures.put(code, disc(hue++));
        }
        return pictures;
    }

    private ObjectNode sevenTvSet(Map<String, byte[]> pictures) {
        ObjectNode set = JSON.createObjectNode()
                .put("id", "01PARLEYDEMOSET0000000000A")
                .put("name", "Parley demo")
                .put("flags", 0)
                .put("emote_count", SEVENTV_CODES.size())
                .put("capacity", 10);
        ArrayNode emotes = set.putArray("emotes");
        int count = 0;
        for (String code : SEVENTV_CODES) {
            String id = "01PARLEYDEMOEMOTE00000000" + count++;
            byte[] picture = Objects.requireNonNull(pictures.get(code));
            ObjectNode emote =
                    emotes.addObject().put("id", id).put("name", code).put("flags", 0);
            ObjectNode data = emote.putObject("data")
                    .put("id", id)
                    .put("name", code)
                    .put("flags", 0)
                    .put("lifecycle", 3)
                    .put("listed", true)
                    .put("animated", false);
            data.putArray("state").add("LISTED");
            ObjectNode host = data.putObject("host").put("url", "//" + url.getAuthority() + "/pictures");
            host.putArray("files")
                    .addObject()
                    .put("name", code + ".png")
                    .put("static_name", code + ".png")
                    .put("width", SIDE_PIXELS)
                    .put("height", SIDE_PIXELS)
                    .put("frame_count", 1)
                    .put("size", picture.length)
                    .put("format", "PNG");
        }
        return set;
    }

    private ArrayNode customEmojis() {
        ArrayNode list = JSON.createArrayNode();
        for (String code : SHORTCODES) {
            String picture = url + "/pictures/" + code + ".png";
            list.addObject()
                    .put("shortcode", code)
                    .put("url", picture)
                    .put("static_url", picture)
                    .put("visible_in_picker", true);
        }
        return list;
    }

    /** Draws a coloured disc on a transparent ground as a PNG (RFC 2083), 8 bits each of red, green, blue and alpha. */
    private static byte[] disc(int hue) throws IOException {
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        double centre = (SIDE_PIXELS - 1) / 2.0;
        for (int y = 0; y < SIDE_PIXELS; y++) {
            rows.write(0);
            for (int x = 0; x < SIDE_PIXELS; x++) {
                boolean inside = Math.hypot(x - centre, y - centre) <= centre;
                rows.write(inside ? 64 + 30 * hue : 0);
                rows.write(inside ? 224 - 25 * hue : 0);
                rows.write(inside ? 128 + 8 * x / SIDE_PIXELS : 0);
                rows.write(inside ? 255 : 0);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(png);
        out.writeLong(0x89504E470D0A1A0AL);
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeInt(SIDE_PIXELS);
        fields.writeInt(SIDE_PIXELS);
        fields.write(new byte[] {8, 6, 0, 0, 0});
        chunk(out, "IHDR", header.toByteArray());
        chunk(out, "IDAT", deflate(rows.toByteArray()));
        chunk(out, "IEND", new byte[0]);
        return png.toByteArray();
    }

    private static void chunk(DataOutputStream out, String type, byte[] content) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(content);
        out.writeInt(content.length);
        out.write(name);
        out.write(content);
        out.writeInt((int) crc.getValue());
    }

    private static byte[] deflate(byte[] bytes) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(bytes);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[1024];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
