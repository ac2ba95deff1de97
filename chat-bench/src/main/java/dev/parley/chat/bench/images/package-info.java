/**
 * What it costs to refuse images that are made to harm, and to decode the dearest that are allowed.
 * {@link dev.parley.chat.bench.images.ImageBench} runs it.
 */
package dev.parley.chat.bench.images;
