/** For tests of programs that use Parley and of plugins: contract suites, in-memory fakes, a simulated network. */
@org.jspecify.annotations.NullMarked
module dev.parley.chat.testkit {
    requires transitive dev.parley.chat;
    requires transitive dev.parley.chat.emotes;
    requires transitive org.assertj.core;
    requires transitive org.junit.jupiter.api;
    requires static org.jspecify;

    uses dev.parley.chat.emotes.EmoteProviderFactory;

    exports dev.parley.chat.testkit.emotes;
    exports dev.parley.chat.testkit.signaling;
    exports dev.parley.chat.testkit.sim;
    exports dev.parley.chat.testkit.store;
    exports dev.parley.chat.testkit.transport;
}
