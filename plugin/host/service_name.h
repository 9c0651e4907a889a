/* service_name.h - what a service is called where nobody said so. */
#ifndef WEIR_HOST_SERVICE_NAME_H
#define WEIR_HOST_SERVICE_NAME_H

/* WEIR_SERVICE, else configured (may be ""), else the program's name; bytes that cannot be part of a
 * file name become '_'. Any thread. */
void service_name(const char *configured, char out[256]);

#endif
