#pragma once
#include <zlib.h>

// zlib's initialisers are macros over the size of the structure.

/// Ready to inflate a gzip or zlib stream; 0 on success.
static inline int spk_inflate_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 32); }

/// Ready to inflate a bare deflate stream, as in zip archives; 0 on success.
static inline int spk_inflate_bare(z_stream *stream) { return inflateInit2(stream, -15); }

/// Ready to deflate into gzip; the header carries no time and no name, so equal bytes give equal streams. 0 on success.
static inline int spk_deflate_gzip(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
