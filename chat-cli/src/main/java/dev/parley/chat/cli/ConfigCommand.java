package dev.parley.chat.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;

/** Shows the settings. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Show each setting and where it came from. Secrets are not shown.")
final class ConfigCommand extends BaseCommand {

    ConfigCommand(CliContext context) {
        super(context);
    }

    @Override
    ExitCode run(Console console) {
        all(settings(Map.of())).forEach(console::emit);
        return ExitCode.DONE;
    }

    /** Each setting with its value, but for secrets, and where that comes from. */
    static List<Event.Setting> all(Settings settings) {
        List<Event.Setting> all = new ArrayList<>();
        all.add(new Event.Setting("home", settings.home().toString(), settings.homeSource()));
        for (SettingKey key : SettingKey.values()) {
            Optional<Settings.Value> value = settings.find(key);
            String shown = value.isEmpty()
                    ? null
                    : key.isSecret() ? "(set, not shown)" : value.get().value();
            all.add(new Event.Setting(
                    key.key(), shown, value.map(Settings.Value::source).orElse("default")));
        }
        return all;
    }
}
