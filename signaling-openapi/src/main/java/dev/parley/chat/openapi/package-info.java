/** Holds exchanges with a signaling worker to its OpenAPI file. For tests. */
@NullMarked
package dev.parley.chat.openapi;

import org.jspecify.annotations.NullMarked;
