/* brace.c - logging.Formatter in Python's `{` style: str.format's rules. Compiled where configurations are
 * built. */
#include "format/brace_field.h"
#include "format/compiled.h"
#include "format/style.h"

static bool add_piece(compiled_formatter *f, const brace_piece *piece) {
    compiled_add_literal(f, piece->literal);
    if (!piece->has_field) return true;
    brace_field field = brace_field_of(piece);
    if (brace_field_is_plain(&field)) {
        compiled_add_field(f, field.name);
        return true;
    }
    brace_field *kept = arena_alloc(&f->memory, sizeof *kept);
    if (kept == NULL) return false;
    *kept = field;
    compiled_add(f, (format_op){.kind = OP_BRACE, .brace = kept});
    return true;
}

int brace_style_create(const formatter_options *options, formatter **out, weir_error *err) {
    size_t pieces, at = 0;
    brace_piece piece;
    if (brace_validate(options->format, !options->unchecked, &pieces, err) != 0) return -1;
    compiled_formatter *f = compiled_create(options, 2 * pieces, err);
    if (f == NULL) return -1;
    while (brace_next(f->format, &at, &piece, err) > 0) {
        if (add_piece(f, &piece)) continue;
        compiled_free(f);
        return error_set(err, WEIR_ERR_SYSTEM, "no memory for a formatter");
    }
    *out = &f->base;
    return 0;
}
