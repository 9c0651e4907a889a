/* secrets.h - passwords in a configuration: shown as '***', and found again when such a text is pushed back.
 * A secret is the second of a handler's `credentials`. Private to nobody: admin/control shows and takes
 * texts. */
#ifndef WEIR_CONFIG_SECRETS_H
#define WEIR_CONFIG_SECRETS_H

#include "config/config.h"

#define SECRETS_MASK "***"
/* The password in an argument; data NULL: it has none. */
slice secrets_in(const kind_param *param, const value *v);

/* in, a text that plan was made of, with each secret as '***'. A secret that stands there in another form
 * than between quotes cannot be found: then nothing of the text is given but a line that says so. */
void secrets_mask(const config_plan *plan, slice in, text *out);
/* The text with each '***' in a handler's section as the secret of the running handler of that name; false:
 * there was none to put in, out is empty. */
bool secrets_restore(const config_plan *running, slice in, text *out);
/* What was put in may go only where it went before: problems where a handler with a secret of `running` is
 * not what it is there. */
void secrets_hold(const config_plan *running, const config_plan *restored, problems *p);

#endif
