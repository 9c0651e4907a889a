/* mail_text.h - the text of a mail as Python's email.message.EmailMessage writes it: headers that hold
 * nothing but their own line, and a body in the encoding that fits it. Pure functions; backend. */
#ifndef WEIR_HANDLER_MAIL_TEXT_H
#define WEIR_HANDLER_MAIL_TEXT_H

#include "base/text.h"

/* "Name: value\r\n", folded; what is not ASCII as encoded words. Control characters become blanks. */
void mail_add_header(text *out, const char *name, slice value);
/* The same of plain ASCII, never encoded: an address must be read by servers. */
void mail_add_addresses(text *out, const char *name, slice value);
/* Content-Type, Content-Transfer-Encoding, MIME-Version, a blank line, the body; every line ends with \r\n.
 */
void mail_add_body(text *out, slice body);
/* One address of "Name <a@b>, c@d": the next part between angles or commas. false: no more. */
bool mail_next_address(slice *left, slice *address);

#endif
