package dev.parley.chat.fuzz;

import dev.parley.chat.emotes.custom.CustomEmojiTargets;
import dev.parley.chat.emotes.images.ImageTargets;
import dev.parley.chat.emotes.seventv.SevenTvTargets;
import dev.parley.chat.internal.crypto.CryptoTargets;
import dev.parley.chat.internal.mls.MlsTargets;
import dev.parley.chat.internal.pairing.PairingTargets;
import dev.parley.chat.internal.protocol.MachineTargets;
import dev.parley.chat.internal.protocol.ProtocolTargets;
import dev.parley.chat.internal.webrtc.WebRtcTargets;
import dev.parley.chat.signaling.internal.SignalingTargets;
import dev.parley.chat.worker.internal.http.WorkerTargets;
import java.util.List;
import java.util.stream.Stream;

/** Every parser that takes bytes from a stranger. docs/fuzzing.md lists them. */
final class FuzzTargets {

    private FuzzTargets() {}

    static List<FuzzTarget> all() {
        return Stream.of(
                        TextTargets.all(),
                        ProtocolTargets.all(),
                        MlsTargets.all(),
                        CryptoTargets.all(),
                        WebRtcTargets.all(),
                        PairingTargets.all(),
                        SignalingTargets.all(),
                        WorkerTargets.all(),
                        SevenTvTargets.all(),
                        CustomEmojiTargets.all(),
                        ImageTargets.all(),
                        MachineTargets.all())
                .flatMap(List::stream)
                .toList();
    }

    static FuzzTarget named(String name) {
        return all().stream()
                .filter(target -> target.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no target \"" + name + "\"; there are "
                        + String.join(", ", all().stream().map(FuzzTarget::name).toList())));
    }
}
