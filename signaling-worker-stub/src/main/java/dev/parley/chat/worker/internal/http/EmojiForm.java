package dev.parley.chat.worker.internal.http;

import dev.parley.chat.worker.internal.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.http.MultiPartFormData;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Promise;
import org.jspecify.annotations.Nullable;

/** What comes with the upload of an emoji: a form in {@code multipart/form-data} (RFC 7578), read in memory alone. */
final class EmojiForm {
    static final String MEDIA_TYPE = "multipart/form-data";

    private static final Pattern SHORTCODE = Pattern.compile("[a-zA-Z0-9_]{2,64}");
    private static final int MAX_CATEGORY_CHARACTERS = 64;
    private static final int MAX_PARTS = 8;
    private static final int MAX_PART_HEADER_BYTES = 2 * 1024;

    private final String shortcode;
    private final String category;
    private final byte[] image;

    private EmojiForm(String shortcode, String category, byte[] image) {
        this.shortcode = shortcode;
        this.category = category;
        this.image = image;
    }

    /**
     * Reads a form.
     *
     * @param contentType with the boundary
     * @param body of bounded size
     * @throws Problem {@code invalid_request} if it is no form, lacks a field, has it twice, or has a wrong one
     */
    static EmojiForm parse(@Nullable String contentType, byte[] body) {
        CompletableFuture<MultiPartFormData.Parts> read = new CompletableFuture<>();
        try {
            // The whole body is there, so it is read when this returns.
            parser(boundary(contentType), body.length)
                    .parse(Content.Source.from(ByteBuffer.wrap(body)), Promise.Invocable.toPromise(read));
            try (MultiPartFormData.Parts parts = read.join()) {
                return new EmojiForm(
                        shortcode(text(one(parts, "shortcode"))),
                        named(parts, "category").isEmpty() ? "" : category(text(one(parts, "category"))),
                        bytes(one(parts, "image")));
            }
        } catch (Problem e) {
            throw e;
        } catch (RuntimeException | IOException e) {
            // The parser answers some malformed forms with other exceptions than those that it declares.
            throw Problem.invalid("the body is no form in " + MEDIA_TYPE);
        }
    }

    private static String boundary(@Nullable String contentType) {
        String boundary = contentType == null ? null : MultiPart.extractBoundary(contentType);
        if (boundary == null || boundary.isEmpty()) {
            throw Problem.invalid("the content type of a form names its boundary");
        }
        return boundary;
    }

    private static MultiPartFormData.Parser parser(String boundary, int maxBytes) {
        MultiPartFormData.Parser parser = new MultiPartFormData.Parser(boundary);
        parser.setMaxLength(maxBytes);
        parser.setMaxParts(MAX_PARTS);
        parser.setPartHeadersMaxLength(MAX_PART_HEADER_BYTES);
        parser.setMaxFileSize(maxBytes);
        // Without a limit in memory nothing is ever written to a file.
        parser.setMaxMemoryFileSize(-1);
        parser.setUseFilesForPartsWithoutFileName(false);
        return parser;
    }

    String shortcode() {
        return shortcode;
    }

    /** Empty for none. */
    String category() {
        return category;
    }

    byte[] image() {
        return image;
    }

    private static MultiPart.Part one(MultiPartFormData.Parts parts, String name) {
        List<MultiPart.Part> found = named(parts, name);
        if (found.size() != 1) {
            throw Problem.invalid("the form must have the field \"" + name + "\" once");
        }
        return found.get(0);
    }

    /** Parts without a name are nobody's; the parser's own search fails on them. */
    private static List<MultiPart.Part> named(MultiPartFormData.Parts parts, String name) {
        List<MultiPart.Part> named = new ArrayList<>();
        for (MultiPart.Part part : parts) {
            if (name.equals(part.getName())) {
                named.add(part);
            }
        }
        return named;
    }

    private static byte[] bytes(MultiPart.Part part) throws IOException {
        ByteBuffer content = Content.Source.asByteBuffer(part.createContentSource());
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return bytes;
    }

    private static String text(MultiPart.Part part) throws IOException {
        return new String(bytes(part), StandardCharsets.UTF_8);
    }

    private static String shortcode(String text) {
        if (!SHORTCODE.matcher(text).matches()) {
            throw Problem.invalid("a shortcode is 2 to 64 characters of A-Z, a-z, 0-9 and _");
        }
        return text;
    }

    private static String category(String text) {
        String category = text.strip();
        if (category.codePointCount(0, category.length()) > MAX_CATEGORY_CHARACTERS
                || !category.codePoints().allMatch(EmojiForm::isShown)) {
            throw Problem.invalid(
                    "a category is at most " + MAX_CATEGORY_CHARACTERS + " characters, all of them visible or a space");
        }
        return category;
    }

    private static boolean isShown(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> false;
            default -> character != '\uFFFD';
        };
    }
}
