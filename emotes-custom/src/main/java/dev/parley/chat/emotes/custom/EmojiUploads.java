package dev.parley.chat.emotes.custom;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.chat.emotes.Emote;
import dev.parley.chat.emotes.EmoteAnswer;
import dev.parley.chat.emotes.EmoteContext;
import dev.parley.chat.emotes.EmoteImageFormat;
import dev.parley.chat.emotes.EmoteLoadException;
import dev.parley.chat.emotes.EmoteLoadException.Reason;
import dev.parley.chat.emotes.EmoteRequest;
import dev.parley.chat.emotes.NewEmote;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Uploads to a domain, in the form of GoToSocial: {@code /api/v1/admin/custom_emojis}. The token goes into requests to
 * that address and nowhere else.
 */
final class EmojiUploads {
    private static final String SIGN_IN = "sign in: parley login";

    /** An id becomes part of an address, so it holds nothing that means something there. */
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]{1,128}");

    private final Optional<EmojiDomain> domain;
    private final Optional<String> token;

    /** An emoji and what its domain calls it. */
    private record Own(String id, String shortcode, Emote emote) {}

    EmojiUploads(Optional<EmojiDomain> domain, Optional<String> token) {
        this.domain = domain;
        this.token = token;
    }

    List<Emote> list(EmoteContext context) throws EmoteLoadException, InterruptedException {
        return own(context).stream().map(Own::emote).toList();
    }

    Emote upload(NewEmote emote, EmoteContext context) throws EmoteLoadException, InterruptedException {
        EmojiDomain to = requireDomain();
        String extension = extension(emote.format());
        MultipartForm form = new MultipartForm()
                .field("shortcode", emote.shortcode())
                .file("image", emote.shortcode() + "." + extension, "image/" + extension, emote.image());
        emote.category().ifPresent(category -> form.field("category", category));
        EmoteAnswer answer = context.send(request("POST", to.ownEmoji()).body(form.contentType(), form.bytes()));
        String what = ":" + emote.shortcode() + ":";
        refuseFailure(to, answer, to.name() + " takes no emoji", what);
        JsonNode entry = EmojiListJson.read(to, answer.body());
        if (!entry.path("shortcode").asText("").equalsIgnoreCase(emote.shortcode())) {
            throw malformed(to, "does not say what became of " + what);
        }
        try {
            return EmojiListJson.parseEmoji(to, entry);
        } catch (IllegalArgumentException e) {
            throw malformed(to, "does not say where " + what + " is now");
        }
    }

    void remove(String shortcode, EmoteContext context) throws EmoteLoadException, InterruptedException {
        EmojiDomain from = requireDomain();
        String what = ":" + ShownText.clean(shortcode, NewEmote.MAX_SHORTCODE_CHARS) + ":";
        // On a domain that tells them apart, the one that is written like this is meant.
        Own own = own(context).stream()
                .filter(each -> each.shortcode().equalsIgnoreCase(shortcode))
                .min(Comparator.comparing(each -> !each.shortcode().equals(shortcode)))
                .orElseThrow(() ->
                        new EmoteLoadException(Reason.NOT_FOUND, "you have no emoji " + what + " at " + from.name()));
        EmoteAnswer answer = context.send(request("DELETE", from.ownEmoji(own.id())));
        refuseFailure(from, answer, what + " is at " + from.name() + " no more", what);
    }

    private List<Own> own(EmoteContext context) throws EmoteLoadException, InterruptedException {
        EmojiDomain from = requireDomain();
        EmoteAnswer answer = context.send(request("GET", from.ownEmoji()));
        refuseFailure(from, answer, from.name() + " takes no emoji", "that");
        JsonNode list = EmojiListJson.read(from, answer.body());
        if (!list.isArray()) {
            throw malformed(from, "answered with something that is not a list of emoji");
        }
        List<Own> own = new ArrayList<>();
        for (JsonNode entry : list) {
            String id = entry.path("id").asText("");
            // An administrator of GoToSocial is shown those of other domains as well.
            boolean local = !entry.hasNonNull("domain");
            if (local && ID.matcher(id).matches()) {
                try {
                    own.add(new Own(id, entry.path("shortcode").asText(""), EmojiListJson.parseEmoji(from, entry)));
                } catch (IllegalArgumentException ignored) {
                    // Left out: it could be neither shown nor have been uploaded from here.
                }
            }
        }
        return List.copyOf(own);
    }

    private EmoteRequest request(String method, URI address) throws EmoteLoadException {
        String bearer = token.orElseThrow(() -> new EmoteLoadException(
                Reason.REQUEST_REFUSED, "uploads need an access token (" + CustomEmoji.TOKEN_KEY + "); " + SIGN_IN));
        return EmoteRequest.of(method, address)
                .header("Authorization", "Bearer " + bearer)
                .header("Accept", "application/json");
    }

    private EmojiDomain requireDomain() throws EmoteLoadException {
        return domain.orElseThrow(() -> new EmoteLoadException(
                Reason.REQUEST_REFUSED,
                "no domain takes uploads; name one in " + CustomEmoji.UPLOAD_DOMAIN_KEY + " or "
                        + CustomEmoji.DOMAINS_KEY));
    }

    private void refuseFailure(EmojiDomain to, EmoteAnswer answer, String ifMissing, String what)
            throws EmoteLoadException {
        int status = answer.status();
        if (status >= 200 && status < 300) {
            return;
        }
        String said = Problem.detailOf(answer, token)
                .map(detail -> " (" + detail + ")")
                .orElse("");
        switch (status) {
            case 401 ->
                throw new EmoteLoadException(
                        Reason.REQUEST_REFUSED,
                        to.name() + " does not accept the access token" + said + "; " + SIGN_IN);
            case 403 ->
                throw new EmoteLoadException(
                        Reason.REQUEST_REFUSED,
                        to.name() + " does not let this account do it" + said + "; for another account, " + SIGN_IN);
            case 404, 405, 410 -> throw new EmoteLoadException(Reason.NOT_FOUND, ifMissing + said);
            case 409 ->
                throw new EmoteLoadException(
                        Reason.CODE_TAKEN,
                        to.name() + " has an emoji " + what + " already" + said + "; choose another name");
            case 413 -> throw new EmoteLoadException(Reason.TOO_LARGE, to.name() + " finds the image too large" + said);
            default ->
                throw new EmoteLoadException(
                        Reason.REQUEST_REFUSED, to.name() + " refuses " + what + " with status " + status + said);
        }
    }

    private static EmoteLoadException malformed(EmojiDomain domain, String what) {
        return new EmoteLoadException(Reason.MALFORMED, domain.name() + " " + what);
    }

    private static String extension(EmoteImageFormat format) throws EmoteLoadException {
        return switch (format) {
            case PNG -> "png";
            case GIF -> "gif";
            case WEBP -> "webp";
            case AVIF, JPEG, UNKNOWN ->
                throw new EmoteLoadException(
                        Reason.REQUEST_REFUSED, "an emoji is a PNG, GIF or WebP file, not " + format);
        };
    }
}
