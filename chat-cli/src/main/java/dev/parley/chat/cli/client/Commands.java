package dev.parley.chat.cli.client;

import java.util.List;

/** What can be typed behind a slash, for the help and for completion. */
final class Commands {
    private Commands() {}

    /** Who may use a command. */
    enum For {
        EVERYBODY,
        MODERATORS,
        HOST
    }

    /**
     * A command.
     *
     * @param name with its slash
     * @param arguments what follows, as the help shows it
     * @param meaning what it does
     */
    record Command(String name, String arguments, String meaning, For whom) {}

    static final List<Command> ALL = List.of(
            of("/help", "", "shows keys and commands"),
            of("/rooms", "", "shows the rooms that there are"),
            of("/create", "", "opens a new room"),
            of("/join", "INVITE", "joins another room: by its link, a code like 7-guitar-lemon, or its id"),
            of("/invite", "", "shows the link, the QR code and the short code of this room"),
            of("/code", "", "gives out a short code, good for one person"),
            of("/leave", "", "leaves this room"),
            of("/quit", "", "leaves all rooms and ends"),
            of("/who", "", "tells who is here"),
            of("/msg", "NAME TEXT", "says something to one alone"),
            of("/reply", "TEXT", "answers the last message, or the selected one"),
            of("/edit", "TEXT", "gives your last message another wording, or the selected one"),
            of("/delete", "", "deletes your last message, or the selected one"),
            of("/react", "EMOJI", "puts a reaction under the last message, or the selected one"),
            of("/unreact", "EMOJI", "takes a reaction back"),
            of("/file", "PATH", "offers a file"),
            of("/get", "NUMBER [PLACE]", "fetches a file that was offered"),
            of("/cancel", "[NUMBER]", "stops fetching a file"),
            of("/emoji", "", "lists the emoji of the room"),
            of("/emoji add", "SHORTCODE FILE", "adds an emoji to the room"),
            of("/emoji remove", "SHORTCODE", "removes one"),
            of("/emoji save", "SHORTCODE FILE", "writes the image of one to a file"),
            of("/verify", "[NAME]", "shows the room's code, or what you and one other compare"),
            of("/unverify", "NAME", "takes a verification back"),
            of("/settings", "", "shows how Parley is set"),
            of("/people", "", "shows who is here, and what can be done about each"),
            of("/block", "NAME", "hides what somebody says, on this side alone"),
            of("/unblock", "NAME", "shows it again"),
            of("/blocked", "", "lists whom you have blocked"),
            of("/away", "", "tells the others that you are away"),
            of("/back", "", "tells the others that you are back"),
            of("/stats", "", "tells how the links are"),
            new Command("/room", "", "sets the room by a form", For.MODERATORS),
            new Command("/topic", "TEXT", "sets what the room is about", For.MODERATORS),
            new Command("/channel", "PROVIDER CHANNEL", "gives the room the emotes of a channel", For.MODERATORS),
            new Command("/slow", "SECONDS", "one message of each in so many seconds", For.MODERATORS),
            new Command("/lock", "", "only moderators speak", For.MODERATORS),
            new Command("/unlock", "", "all speak again", For.MODERATORS),
            new Command("/mute", "NAME [MINUTES]", "silences somebody", For.MODERATORS),
            new Command("/unmute", "NAME", "lets somebody speak again", For.MODERATORS),
            new Command("/role", "NAME ROLE", "gives a role: moderator, member or readonly", For.MODERATORS),
            new Command("/kick", "NAME", "removes somebody", For.MODERATORS),
            new Command("/ban", "NAME", "removes somebody for good", For.MODERATORS),
            new Command("/unban", "NAME", "lets somebody in again", For.MODERATORS),
            new Command("/history", "none|all|50|24h", "what newcomers are given", For.HOST),
            new Command("/disappear", "SECONDS", "messages disappear after so many seconds", For.HOST),
            new Command("/deputies", "NAME...", "who may lead the room when its host is gone", For.HOST));

    private static Command of(String name, String arguments, String meaning) {
        return new Command(name, arguments, meaning, For.EVERYBODY);
    }
}
