package dev.parley.chat.worker.internal.store;

import dev.parley.chat.worker.internal.store.Transactions.Work;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The emoji in the database of {@link SqliteRoomStore}, in its transactions. A loss of power, other than the death of
 * the process, may undo the last uploads and deletions, and leaves all others whole.
 */
final class SqliteEmojiStore implements EmojiStore {
    private static final String COLUMNS =
            "id, shortcode, category, account, image, static_image, media_type, bytes, created_at";

    private final Sql sql;
    private final Transactions transactions;

    /** Nobody else has the database open, so its changes are counted here. */
    private final AtomicLong revision = new AtomicLong();

    SqliteEmojiStore(Sql sql, Transactions transactions) {
        this.sql = sql;
        this.transactions = transactions;
    }

    @Override
    public void addEmoji(Emoji emoji, byte[] image, byte[] staticImage, EmojiQuota quota) {
        int rows = transact(() -> {
            if (sql.number("SELECT count(*) FROM emoji WHERE folded = ?", emoji.foldedShortcode()) > 0) {
                throw Refusals.emojiExists();
            }
            Refusals.requireQuota(
                    quota,
                    sql.number("SELECT count(*) FROM emoji WHERE account = ?", emoji.account()) + 1,
                    sql.number("SELECT coalesce(sum(bytes), 0) FROM emoji WHERE account = ?", emoji.account())
                            + emoji.bytes(),
                    sql.number("SELECT count(*) FROM emoji") + 1,
                    sql.number("SELECT coalesce(sum(bytes), 0) FROM emoji") + emoji.bytes());
            String keep = "INSERT INTO emoji_images (name, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING";
            sql.execute(keep, emoji.image(), image);
            sql.execute(keep, emoji.staticImage(), staticImage);
            return sql.execute(
                    "INSERT INTO emoji (" + COLUMNS + ", folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    emoji.id(),
                    emoji.shortcode(),
                    emoji.category(),
                    emoji.account(),
                    emoji.image(),
                    emoji.staticImage(),
                    emoji.mediaType(),
                    emoji.bytes(),
                    emoji.createdMillis(),
                    emoji.foldedShortcode());
        });
        revision.addAndGet(rows);
    }

    @Override
    public Emoji removeEmoji(String id, @Nullable String account) {
        Emoji removed = transact(() -> {
            Emoji found = select("WHERE id = ?", id).stream()
                    .filter(emoji -> account == null || emoji.account().equals(account))
                    .findFirst()
                    .orElseThrow(Refusals::emojiNotFound);
            sql.execute("DELETE FROM emoji WHERE id = ?", id);
            for (String name : List.of(found.image(), found.staticImage())) {
                sql.execute(
                        "DELETE FROM emoji_images WHERE name = ?1"
                                + " AND NOT EXISTS (SELECT 1 FROM emoji WHERE image = ?1)"
                                + " AND NOT EXISTS (SELECT 1 FROM emoji WHERE static_image = ?1)",
                        name);
            }
            return found;
        });
        revision.incrementAndGet();
        return removed;
    }

    @Override
    public List<Emoji> emoji() {
        return transact(() -> select("ORDER BY folded"));
    }

    @Override
    public Optional<byte[]> emojiImage(String name) {
        return transact(() -> {
            try (ResultSet row = sql.query("SELECT bytes FROM emoji_images WHERE name = ?", name)) {
                return row.next() ? Optional.of(row.getBytes(1)) : Optional.empty();
            }
        });
    }

    @Override
    public String emojiRevision() {
        return Long.toString(revision.get());
    }

    private List<Emoji> select(String which, Object... arguments) throws SQLException {
        List<Emoji> found = new ArrayList<>();
        try (ResultSet row = sql.query("SELECT " + COLUMNS + " FROM emoji " + which, arguments)) {
            while (row.next()) {
                found.add(new Emoji(
                        row.getString(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7),
                        row.getInt(8),
                        row.getLong(9)));
            }
        }
        return found;
    }

    private <T> T transact(Work<T> work) {
        try {
            return transactions.run(work);
        } catch (SQLException e) {
            throw Refusals.unavailable(e);
        }
    }
}
