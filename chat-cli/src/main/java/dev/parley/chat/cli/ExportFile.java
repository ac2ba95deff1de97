package dev.parley.chat.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that a command exports to: a new one, which only its owner can read where the file system knows owners. */
final class ExportFile {

    /** Fills the file. */
    @FunctionalInterface
    interface Content<T> {
        T writeTo(FileChannel file) throws IOException;
    }

    private ExportFile() {}

    /**
     * Makes the file.
     *
     * @param target a path at which there is nothing yet
     * @param ifCutOff what a file is of which only a part was written, for people
     * @param content fills it
     * @return what the content returns
     * @throws CliException if there is a file already, which is not touched, or it cannot be written
     */
    static <T> T write(Path target, String ifCutOff, Content<T> content) {
        FileAttribute<?>[] ownerOnly =
                target.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel file = FileChannel.open(target, options, ownerOnly)) {
            return content.writeTo(file);
        } catch (FileAlreadyExistsException e) {
            throw new CliException(ExitCode.FAILED, "there is a file " + target + " already", "name another one", e);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "the export " + target + " cannot be written",
                    "check its folder and the free space; what was written of it is " + ifCutOff,
                    e);
        }
    }
}
