/* roll_frame.h - records in a chunk queue whose bytes are not enough: a rolling file decides before each
 * record by its length in characters and by its time. Each record is a frame: a head, and the line's bytes.
 *
 * A position within a frame: its begin means "nothing is written"; behind the head and n bytes "n bytes are".
 * So the queue's `partial` says as much of framed records as of bare ones. The writer's thread and the
 * backend; pure functions. */
#ifndef WEIR_SINK_ROLL_FRAME_H
#define WEIR_SINK_ROLL_FRAME_H

#include "sink/sink.h"

typedef struct roll_head {
    uint32_t bytes;      /* of the line */
    uint32_t characters; /* as Python counts them: the text, and one for its newline */
    int64_t second;      /* when it was logged */
    uint32_t options;    /* sink_options_tag of the rules that hold for it */
    uint32_t reserved;
} roll_head;
#define ROLL_HEAD sizeof(roll_head)

/* One record of a batch. */
typedef struct roll_frame {
    roll_head head;
    slice line;
    size_t begin;      /* of the frame in its chunk */
    size_t written;    /* bytes of the line that are written already */
    uint64_t position; /* of the chunk */
} roll_frame;

/* The next records of the batch, at most max, from `partial` bytes of its first chunk on. 0: the first is
 * damaged. */
size_t roll_frames_read(const sink_batch *batch, uint64_t partial, roll_frame *out, size_t max);
/* Where in its chunk a frame is that begins at `begin` and of which so many bytes of the line are written. */
static inline uint64_t roll_frame_position(size_t begin, size_t written) {
    return begin + (written > 0 ? ROLL_HEAD + written : 0);
}
/* How many bytes of the queue it is when n bytes of these records' lines are written. */
size_t roll_frames_done(const roll_frame *frames, size_t count, size_t n);

#endif
