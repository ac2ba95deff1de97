package dev.parley.chat.worker.internal.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.chat.emotes.images.CleanImage;
import dev.parley.chat.emotes.images.ImageFacts;
import dev.parley.chat.emotes.images.ImageFormat;
import dev.parley.chat.emotes.images.ImageLimits;
import dev.parley.chat.emotes.images.ImageRefusedException;
import dev.parley.chat.emotes.images.StaticImage;
import dev.parley.chat.worker.internal.Json;
import dev.parley.chat.worker.internal.Problem;
import dev.parley.chat.worker.internal.ProblemCode;
import dev.parley.chat.worker.internal.auth.AccessTokens.Holder;
import dev.parley.chat.worker.internal.rooms.Encoding;
import dev.parley.chat.worker.internal.store.EmojiStore;
import dev.parley.chat.worker.internal.store.EmojiStore.Emoji;
import dev.parley.chat.worker.internal.store.EmojiStore.EmojiQuota;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * The worker as a domain of custom emoji: a list that anybody may read, as Mastodon has it, and calls by which an
 * account adds emoji and takes away its own, as GoToSocial has them.
 */
public final class EmojiEndpoint {
    /** The paths that any page may read, whatever its origin. */
    static final String LIST_PATH = "/api/v1/custom_emojis";

    static final String IMAGE_PATH = "/emoji/";

    private static final String ADMIN_PATH = "/api/v1/admin/custom_emojis";
    private static final String LIST_CACHE_CONTROL = "public, max-age=60";
    private static final String IMAGE_CACHE_CONTROL = "public, max-age=31536000, immutable";

    /** An image of the greatest size, and room for the other fields and for what is between them. */
    private static final int MAX_BODY_BYTES = ImageLimits.EMOJI.maxBytes() + 16 * 1024;

    private static final int MAX_UPLOADS = 30;
    private static final Duration UPLOAD_WINDOW = Duration.ofSeconds(60);

    private static final int ETAG_CHARACTERS = 32;
    private static final int ID_BYTES = 20;
    private static final Pattern IMAGE = Pattern.compile("[0-9a-f]{64}\\.(png|gif|webp)");

    private final EmojiStore store;
    private final EmojiQuota quota;
    private final String url;
    private final InstantSource clock;
    private final Executor decoding;
    private final WindowLimiter uploads;
    private final SecureRandom random = new SecureRandom();
    private volatile @Nullable Listing listing;

    /**
     * @param url of the worker, without a slash at its end
     * @param decoding runs what decodes an image
     */
    public EmojiEndpoint(EmojiStore store, EmojiQuota quota, String url, InstantSource clock, Executor decoding) {
        this.store = store;
        this.quota = quota;
        this.url = url;
        this.clock = clock;
        this.decoding = decoding;
        this.uploads = new WindowLimiter(MAX_UPLOADS, UPLOAD_WINDOW, clock);
    }

    public List<Route> routes(Gate gate) {
        return List.of(
                new Route("GET", LIST_PATH, this::list),
                new Route("GET", IMAGE_PATH + "{image}", this::image),
                new Route("GET", ADMIN_PATH, gate.withAccessTokenOf(this::own)),
                new Route("POST", ADMIN_PATH, gate.withAccessToken(this::upload)),
                new Route("DELETE", ADMIN_PATH + "/{id}", gate.withAccessTokenOf(this::delete)));
    }

    /** The public list, as it is sent. */
    private static final class Listing {
        private final String revision;
        private final byte[] body;
        private final String etag;

        Listing(String revision, byte[] body) {
            this.revision = revision;
            this.body = body;
            this.etag = '"' + sha256(body).substring(0, ETAG_CHARACTERS) + '"';
        }
    }

    private void list(Exchange exchange) {
        // Before the emoji: a change in between is then noticed by the next request.
        String revision = store.emojiRevision();
        Listing current = listing;
        if (current == null || !current.revision.equals(revision)) {
            ArrayNode all = Json.array();
            store.emoji().forEach(emoji -> all.add(describe(emoji)));
            current = new Listing(revision, Json.write(all));
            listing = current;
        }
        HttpFields.Mutable headers = exchange.response().getHeaders();
        headers.put(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        headers.put(HttpHeader.ETAG, current.etag);
        if (isKnown(exchange, current.etag)) {
            exchange.notModified(LIST_CACHE_CONTROL);
        } else {
            exchange.answer(200, Exchange.JSON, current.body, LIST_CACHE_CONTROL);
        }
    }

    /** RFC 9110 section 13.1.2. */
    private static boolean isKnown(Exchange exchange, String etag) {
        return exchange.request().getHeaders().getValuesList(HttpHeader.IF_NONE_MATCH).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(tag -> tag.strip().replaceFirst("^W/", ""))
                .anyMatch(tag -> tag.equals(etag) || tag.equals("*"));
    }

    private void image(Exchange exchange) {
        String name = exchange.pathVariable("image");
        byte[] image = (IMAGE.matcher(name).matches() ? store.emojiImage(name) : Optional.<byte[]>empty())
                .orElseThrow(() -> new Problem(ProblemCode.IMAGE_NOT_FOUND, "no emoji has such an image"));
        exchange.response().getHeaders().put(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        exchange.answerImage(mediaType(name), image, IMAGE_CACHE_CONTROL);
    }

    private static String mediaType(String name) {
        return Arrays.stream(ImageFormat.values())
                .filter(format -> name.endsWith("." + format.fileExtension()))
                .map(ImageFormat::mediaType)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("an image of no known format"));
    }

    private void own(Exchange exchange, Holder holder) {
        ArrayNode own = Json.array();
        store.emoji().stream()
                .filter(emoji -> holder.isModerator() || emoji.account().equals(holder.account()))
                .forEach(emoji -> own.add(describeToOwner(emoji)));
        exchange.answer(200, own);
    }

    private void upload(Exchange exchange, String account) {
        uploads.take(account);
        exchange.readBody(EmojiForm.MEDIA_TYPE, MAX_BODY_BYTES, body -> {
            EmojiForm form = EmojiForm.parse(exchange.request().getHeaders().get(HttpHeader.CONTENT_TYPE), body);
            decoding.execute(() -> exchange.attempt(() -> exchange.answer(200, describeToOwner(add(form, account)))));
        });
    }

    private Emoji add(EmojiForm form, String account) {
        byte[] image;
        ImageFormat format;
        byte[] still;
        try {
            image = CleanImage.of(form.image(), ImageLimits.EMOJI);
            ImageFacts facts = ImageFacts.read(image, ImageLimits.EMOJI);
            format = facts.format();
            byte[] copy = StaticImage.png(image, ImageLimits.EMOJI);
            // A PNG that does not move is its own still copy, by which clients know that it does not.
            still = format == ImageFormat.PNG && facts.frameCount() == 1 ? image : copy;
        } catch (ImageRefusedException e) {
            throw refused(e);
        }
        String imageName = sha256(image) + "." + format.fileExtension();
        String stillName = sha256(still) + "." + ImageFormat.PNG.fileExtension();
        Emoji emoji = new Emoji(
                newId(),
                form.shortcode(),
                form.category(),
                account,
                imageName,
                stillName,
                format.mediaType(),
                imageName.equals(stillName) ? image.length : image.length + still.length,
                clock.millis());
        store.addEmoji(emoji, image, still, quota);
        return emoji;
    }

    /** What the sender of an image is told. */
    static Problem refused(ImageRefusedException e) {
        return new Problem(
                e.reason() == ImageRefusedException.Reason.TOO_MANY_BYTES
                        ? ProblemCode.TOO_LARGE
                        : ProblemCode.IMAGE_REFUSED,
                String.valueOf(e.getMessage()));
    }

    private void delete(Exchange exchange, Holder holder) {
        String account = holder.isModerator() ? null : holder.account();
        exchange.answer(200, describeToOwner(store.removeEmoji(exchange.pathVariable("id"), account)));
    }

    private ObjectNode describe(Emoji emoji) {
        ObjectNode described = Json.object()
                .put("shortcode", emoji.shortcode())
                .put("url", url + IMAGE_PATH + emoji.image())
                .put("static_url", url + IMAGE_PATH + emoji.staticImage())
                .put("visible_in_picker", true);
        return emoji.category().isEmpty() ? described : described.put("category", emoji.category());
    }

    private ObjectNode describeToOwner(Emoji emoji) {
        return describe(emoji)
                .put("id", emoji.id())
                .put("disabled", false)
                .put("content_type", emoji.mediaType())
                .put("total_file_size", emoji.bytes())
                .put("updated_at", Instant.ofEpochMilli(emoji.createdMillis()).toString());
    }

    private String newId() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return Encoding.base32(id);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
