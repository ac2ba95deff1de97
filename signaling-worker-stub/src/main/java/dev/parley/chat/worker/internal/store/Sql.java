package dev.parley.chat.worker.internal.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/** Statements on one connection, kept prepared: there is a fixed number of texts. Confined to who holds the lock. */
final class Sql {
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    Sql(Connection connection) {
        this.connection = connection;
    }

    int execute(String sql, Object... arguments) throws SQLException {
        return prepare(sql, arguments).executeUpdate();
    }

    ResultSet query(String sql, Object... arguments) throws SQLException {
        return prepare(sql, arguments).executeQuery();
    }

    long number(String sql, Object... arguments) throws SQLException {
        try (ResultSet row = query(sql, arguments)) {
            return row.getLong(1);
        }
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    void close() throws SQLException {
        for (PreparedStatement statement : statements.values()) {
            statement.close();
        }
        connection.close();
    }

    private PreparedStatement prepare(String sql, Object... arguments) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }
}
