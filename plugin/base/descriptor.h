/* descriptor.h - keeping away from descriptors 0 to 2: a host may have closed them, and what is opened
 * next would become its standard output. Any thread. */
#ifndef WEIR_BASE_DESCRIPTOR_H
#define WEIR_BASE_DESCRIPTOR_H

/* fd itself, or, where it is 0, 1 or 2, a copy above them (close-on-exec) in its place. -1 stays -1, with
 * errno; so does a copy that cannot be made (fd is closed then). */
int descriptor_above(int fd);

#endif
