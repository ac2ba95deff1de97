package dev.parley.chat.cli;

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
        Settings settings = settings(Map.of());
        console.emit(new Event.Setting("home", settings.home().toString(), settings.homeSource()));
        for (SettingKey key : SettingKey.values()) {
            Optional<Settings.Value> value = settings.find(key);
            String shown = value.isEmpty()
                    ? null
                    : key.isSecret() ? "(set, not shown)" : value.get().value();
            console.emit(new Event.Setting(
                    key.key(), shown, value.map(Settings.Value::source).orElse("default")));
        }
        return ExitCode.DONE;
    }
}
