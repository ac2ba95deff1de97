package dev.parley.chat.cli;

/** What the process tells its caller. The numbers are a contract with scripts: see docs/cli.md. */
enum ExitCode {
    DONE(0, "done"),
    FAILED(1, "failed"),
    USAGE(2, "usage"),
    WORKER_UNREACHABLE(3, "worker_unreachable"),
    UNAUTHORIZED(4, "unauthorized"),
    ROOM_NOT_FOUND(5, "room_not_found"),
    NO_CONNECTION(6, "no_connection"),
    REFUSED(7, "refused"),
    NATIVE_LIBRARY_MISSING(8, "native_library_missing");

    private final int status;
    private final String code;

    ExitCode(int status, String code) {
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    /** The code that an error event carries when nothing more precise is known. */
    String code() {
        return code;
    }
}
