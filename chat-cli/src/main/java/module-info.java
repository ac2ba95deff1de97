/** The {@code parley} command. Exports nothing; picocli sets the fields of the commands by reflection. */
@org.jspecify.annotations.NullMarked
module dev.parley.chat.cli {
    requires com.fasterxml.jackson.databind;
    requires dev.parley.chat;
    requires dev.parley.chat.emotes;
    requires dev.parley.chat.emotes.images;
    requires dev.parley.chat.signaling;
    requires dev.parley.chat.signaling.conformance;
    requires dev.parley.chat.worker;
    requires info.picocli;
    requires io.nayuki.qrcodegen;
    requires java.logging;
    requires java.management;
    requires jdk.httpserver;
    requires org.jline.terminal;
    requires org.slf4j;
    requires static org.jspecify;
    requires webrtc.java;

    opens dev.parley.chat.cli to
            info.picocli;
}
